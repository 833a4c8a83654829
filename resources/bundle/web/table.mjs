// A table model's form: one field a column, and the numbers that the model takes for what is in it.

const DAY = 86400;
const TO_2000 = Date.UTC(2000, 0, 1) / 1000;

/** Put the fields into `parent`: choices for categories, dates for dates, numbers for the rest. */
export function showFields(parent, fields) {
  for (const field of fields) {
    const label = document.createElement("label");
    const words = document.createElement("span");
    words.textContent = words.title = field.name;
    label.append(words, field.kind === "choice" ? choice(field) : input(field));
    parent.append(label);
  }
}

/** Fill in a row: texts by column. */
export function fillIn(parent, fields, cells) {
  const inputs = parent.querySelectorAll("input, select");
  fields.forEach((field, place) => {
    inputs[place].value = (cells[field.name] ?? "").replace(" ", field.kind === "time" ? "T" : " ");
  });
}

/** Return the model's numbers for what is filled in: NaN where nothing is, -1 for no category. */
export function valuesOf(parent, fields, columns, vocabularies) {
  const inputs = parent.querySelectorAll("input, select");
  const texts = Object.fromEntries(fields.map((field, place) => [field.name, inputs[place].value.trim()]));
  return Float32Array.from(columns, (column) => {
    if (column.name in vocabularies) return vocabularies[column.name].indexOf(texts[column.name]);
    const text = texts[column.of];
    if (text === "") return NaN;
    return column.part ? ofDate(text, column.part) : Number(text);
  });
}

/** Return one number of a date: years since 2000, or the sine or cosine of the share of a circle that is over. */
export function ofDate(text, part) {
  const seconds = Date.parse(`${text.length > 10 ? text : `${text}T00:00`}Z`) / 1000 - TO_2000;
  const days = Math.floor(seconds / DAY);
  if (part === "years since 2000") return seconds / DAY / 365.2425;
  const [circle, wave] = part.split(" ");
  let share = (seconds - days * DAY) / DAY;
  if (circle === "weekly") share = (((days + 5) % 7) + 7) % 7 / 7; // 2000-01-01 was a Saturday
  if (circle === "yearly") {
    const year = new Date((TO_2000 + seconds) * 1000).getUTCFullYear();
    const [begin, end] = [year, year + 1].map((first) => new Date(0).setUTCFullYear(first) / 1000);
    share = (TO_2000 + days * DAY - begin) / (end - begin);
  }
  return wave === "sine" ? Math.sin(2 * Math.PI * share) : Math.cos(2 * Math.PI * share);
}

function choice(field) {
  const select = document.createElement("select");
  select.append(new Option("not known", ""), ...field.words.map((word) => new Option(word, word)));
  return select;
}

function input(field) {
  const made = document.createElement("input");
  made.type = { number: "number", date: "date", time: "datetime-local" }[field.kind];
  if (field.kind === "number") [made.step, made.placeholder] = ["any", "not known"];
  return made;
}
