// The page: loads the model into this browser, and answers for the picture or the row that it is given.

import { asInput, fit, readPicture } from "./picture.mjs";
import { fillIn, showFields, valuesOf } from "./table.mjs";

const MOST_BARS = 5;
const TINY = 64; // pixels; smaller pictures are shown enlarged
const $ = (id) => document.getElementById(id);

let about, session, runtime;

function show(state) {
  document.body.dataset.state = state;
}

async function start() {
  show("loading");
  about = await (await fetched("model.json")).json();
  document.title = $("name").textContent = about.name;
  $("purpose").textContent = about.purpose;
  document.body.dataset.kind = about.kind;
  $("hint").textContent = about.kind === "pictures"
    ? "The answer appears here." : "Fill in the fields and press Predict. What is not known may stay empty.";
  session = await load();
  if (about.kind === "table") showFields($("fields"), about.fields);
  listen();
  show("ready");
}

async function load() {
  const total = about.model_bytes + about.runtime_bytes;
  let done = 0;
  const count = (bytes) => {
    done += bytes;
    $("loading-share").value = Math.min(done / total, 1);
    $("loading-words").textContent = `Loading the model: ${(done / 1e6).toFixed(0)} of ${(total / 1e6).toFixed(0)} MB`;
  };
  runtime = await import("./runtime/ort.wasm.min.mjs");
  runtime.env.wasm.numThreads = 1; // more need headers that plain servers do not send
  runtime.env.wasm.wasmPaths = new URL("runtime/", document.baseURI).href;
  const [model, wasm] = await Promise.all([
    bytesOf(await fetched(about.model), count),
    bytesOf(await fetched("runtime/ort-wasm-simd-threaded.wasm"), count),
  ]);
  runtime.env.wasm.wasmBinary = wasm.buffer;
  $("loading-words").textContent = "Preparing the model";
  $("loading-share").removeAttribute("value");
  return runtime.InferenceSession.create(model, { executionProviders: ["wasm"] });
}

async function fetched(address) {
  const response = await fetch(address);
  if (response.ok) return response;
  throw new Error(`${address} was not found: serve the whole folder that holds model.onnx, not only the one of this page.`);
}

async function bytesOf(response, count) {
  const parts = [];
  for (const reader = response.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(parts).arrayBuffer());
    parts.push(value);
    count(value.length);
  }
}

/** Return the model's answer: probabilities, or one number. */
async function answer({ type, values, shape }) {
  const given = new runtime.Tensor(type, values, shape);
  const found = Array.from((await session.run({ [about.input]: given }))[about.output].data, Number);
  if (about.output !== "logits") return found;
  const largest = Math.max(...found);
  const powers = found.map((value) => Math.exp(value - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

async function answerForPicture(blob, expected) {
  await answering(async () => {
    let picture;
    try {
      picture = await readPicture(blob);
    } catch {
      throw new Error("This file is no picture that the browser can read.");
    }
    URL.revokeObjectURL($("preview").src);
    $("preview").src = URL.createObjectURL(blob);
    $("preview").alt = blob.name ?? "the picture";
    $("preview").classList.toggle("tiny", Math.max(picture.width, picture.height) <= TINY);
    return asInput(about.resize.inside ? picture : fit(picture, about.resize), about.pixels);
  }, expected);
}

async function answerForRow(expected) {
  await answering(async () => {
    const values = valuesOf($("fields"), about.fields, about.columns, about.vocabularies);
    return { type: "float32", values, shape: [1, values.length] };
  }, expected);
}

/** Show the answer for what `prepare` makes, or what went wrong. */
async function answering(prepare, expected) {
  show("working");
  for (const id of ["hint", "label", "bars", "expected", "problem", "time"]) $(id).replaceChildren();
  $("answer").classList.remove("not-sure");
  try {
    const input = await prepare();
    const began = performance.now();
    const found = await answer(input);
    if (!found.every(Number.isFinite)) throw new Error("The model gives something that is not a finite number.");
    showAnswer(found);
    $("time").textContent = `Answered in ${Math.max(performance.now() - began, 1).toFixed(0)} ms, in this browser.`;
    if (expected) compare(found, expected);
  } catch (error) {
    $("problem").textContent = error.message;
  }
  show("ready");
}

function showAnswer(found) {
  if (!about.labels.length) {
    $("label").textContent = `${about.target}: ${Number(found[0].toPrecision(6))}`;
    return;
  }
  const ranked = found.map((share, place) => [share, about.labels[place]]).sort((one, other) => other[0] - one[0]);
  const [share, label] = ranked[0];
  $("label").textContent = label;
  $("not-sure-words").textContent = `Below ${percent(about.not_sure)} a person should look.`;
  $("answer").classList.toggle("not-sure", share < about.not_sure);
  $("bars").replaceChildren(...ranked.slice(0, MOST_BARS).map(([share, label]) => bar(label, share)));
}

function bar(label, share) {
  const [line, words, number, track, filled] = ["li", "span", "span", "span", "span"].map((tag) => document.createElement(tag));
  [words.className, number.className, track.className, filled.className] = ["words", "share", "track", "bar"];
  words.textContent = words.title = label;
  number.textContent = percent(share);
  line.dataset.probability = share;
  filled.style.width = `${share * 100}%`;
  track.append(filled);
  line.append(words, number, track);
  return line;
}

function compare(found, expected) {
  const wanted = expected.probabilities ?? [expected.value];
  const apart = Math.max(...found.map((value, place) => Math.abs(value - wanted[place])));
  const same = apart <= expected.tolerance;
  $("expected").className = same ? "same" : "other";
  $("expected").textContent = same
    ? "This is the expected answer for the sample." : `The expected answer was another one, ${apart.toPrecision(2)} away.`;
}

function percent(share) {
  if (share < 1 && share > 0.9995) return "> 99.9 %"; // 100 % would be more than it says
  return share > 0 && share < 0.0005 ? "< 0.1 %" : `${(share * 100).toFixed(1)} %`;
}

function listen() {
  const drop = $("drop");
  drop.addEventListener("click", () => $("file").click());
  $("file").addEventListener("change", ({ target }) => {
    if (target.files.length) answerForPicture(target.files[0]);
    target.value = "";
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault(); // or the browser would leave the page for the file
    drop.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget ?? drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    take(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => take(event.clipboardData.files));
  $("row").addEventListener("submit", (event) => {
    event.preventDefault();
    answerForRow();
  });
  $("sample").addEventListener("click", trySample);
  $("card").addEventListener("toggle", showCard);
}

function take(files) {
  if (about.kind === "pictures" && files.length) answerForPicture(files[0]);
}

async function showCard() {
  const text = await (await fetched("../MODEL_CARD.md")).text();
  $("card").querySelector("pre").textContent = text.replace(/^<!--.*-->\s*/, "");
}

async function trySample() {
  const expected = await (await fetched("../sample/expected.json")).json();
  if (about.kind === "table") {
    fillIn($("fields"), about.fields, about.sample_cells);
    await answerForRow(expected);
  } else {
    await answerForPicture(await (await fetched(`../sample/${expected.file}`)).blob(), expected);
  }
}

start().catch((error) => {
  $("failed-words").textContent = `The model could not be loaded. ${error.message}`;
  show("failed");
});
