// A picture file becomes the values that the model takes, in the same steps as where it was trained.

const PRECISION_BITS = 22;

const FILTERS = {
  bilinear: { support: 1, weight: (x) => (x < 1 ? 1 - x : 0) },
  // Catmull-Rom's: a = -0.5.
  bicubic: {
    support: 2,
    weight: (x) => (x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0),
  },
};

/** Return a file's pixels, upright and with white behind what is transparent: {width, height, data}, 3 bytes each. */
export async function readPicture(file) {
  const bitmap = await createImageBitmap(file, {
    imageOrientation: "from-image", colorSpaceConversion: "none", premultiplyAlpha: "none",
  });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.fillStyle = "white";
  context.fillRect(0, 0, bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  const rgba = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  const data = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4) {
    data[to++] = rgba[from];
    data[to++] = rgba[from + 1];
    data[to++] = rgba[from + 2];
  }
  const picture = { width: bitmap.width, height: bitmap.height, data };
  bitmap.close();
  return picture;
}

/** Return a picture in the model's size, by its rule: crop, stretch or pad (see downslope.resize in the model). */
export function fit(picture, how) {
  const { size: [height, width], rule } = how;
  const { width: fromWidth, height: fromHeight } = picture;
  if (rule === "stretch") return resize(picture, width, height, how, [0, 0, fromWidth, fromHeight]);
  if (rule === "pad") {
    const scale = Math.min(height / fromHeight, width / fromWidth);
    const innerWidth = Math.max(1, roundHalfToEven(fromWidth * scale));
    const innerHeight = Math.max(1, roundHalfToEven(fromHeight * scale));
    const inner = resize(picture, innerWidth, innerHeight, how, [0, 0, fromWidth, fromHeight]);
    return paste(inner, width, height);
  }
  const scale = Math.max(height / fromHeight, width / fromWidth);
  const keptWidth = Math.min(width / scale, fromWidth);
  const keptHeight = Math.min(height / scale, fromHeight);
  const [left, top] = [(fromWidth - keptWidth) / 2, (fromHeight - keptHeight) / 2];
  return resize(picture, width, height, how, [left, top, left + keptWidth, top + keptHeight]);
}

/** Return values and shape for the model's input: bytes, or numbers from 0 to 1 less a mean, in either order of axes. */
export function asInput(picture, { layout = "nhwc", type = "uint8", mean = [0, 0, 0], std = [1, 1, 1] }) {
  const { width, height, data } = picture;
  const area = width * height;
  const values = type === "uint8" ? new Uint8Array(data.length) : new Float32Array(data.length);
  for (let pixel = 0; pixel < area; pixel++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = data[pixel * 3 + channel];
      const to = layout === "nhwc" ? pixel * 3 + channel : channel * area + pixel;
      values[to] = type === "uint8" ? value : (value / 255 - mean[channel]) / std[channel];
    }
  }
  return { type, values, shape: layout === "nhwc" ? [1, height, width, 3] : [1, 3, height, width] };
}

/**
 * Return the box [left, top, right, bottom] of a picture in another size, to the byte as Pillow's Image.resize gives it:
 * shrinking filters over all pixels, in one direction after the other; weights in fixed point, and bytes in between.
 * `tallFirst`: since Pillow 13 columns come before rows where that is the shorter way.
 */
export function resize(picture, width, height, { interpolation, tallFirst }, box) {
  // Pillow keeps the box in single precision.
  const [left, top, right, bottom] = box.map(Math.fround);
  if (interpolation === "nearest") return nearest(picture, width, height, [left, top, right, bottom]);
  const filter = FILTERS[interpolation];
  const alongRows = (given) => rows(given, width, left, right, filter);
  const alongColumns = (given) => columns(given, height, top, bottom, filter);
  const columnsFirst = tallFirst && picture.height - height > 2 * Math.max(picture.width - width, 0);
  return columnsFirst ? alongRows(alongColumns(picture)) : alongColumns(alongRows(picture));
}

function rows(picture, width, left, right, filter) {
  const { width: fromWidth, height, data: from } = picture;
  if (width === fromWidth && left === 0 && right === width) return picture;
  const taps = weights(fromWidth, left, right, width, filter);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) sumUp(from, data, taps, width, y * fromWidth * 3, 3, y * width * 3, 3);
  return { width, height, data };
}

function columns(picture, height, top, bottom, filter) {
  const { width, height: fromHeight, data: from } = picture;
  if (height === fromHeight && top === 0 && bottom === height) return picture;
  const taps = weights(fromHeight, top, bottom, height, filter);
  const data = new Uint8Array(width * height * 3);
  const row = width * 3;
  for (let x = 0; x < width; x++) sumUp(from, data, taps, height, x * 3, row, x * 3, row);
  return { width, height, data };
}

/** Write the weighted sums for one row or column; steps are the bytes from one pixel to the next. */
function sumUp(from, to, taps, count, fromStart, fromStep, toStart, toStep) {
  for (let place = 0; place < count; place++) {
    const { first, values } = taps[place];
    let red = 1 << (PRECISION_BITS - 1), green = red, blue = red; // a half, so that it is rounded
    for (let tap = 0, at = fromStart + first * fromStep; tap < values.length; tap++, at += fromStep) {
      red += from[at] * values[tap];
      green += from[at + 1] * values[tap];
      blue += from[at + 2] * values[tap];
    }
    const at = toStart + place * toStep;
    to[at] = asByte(red >> PRECISION_BITS);
    to[at + 1] = asByte(green >> PRECISION_BITS);
    to[at + 2] = asByte(blue >> PRECISION_BITS);
  }
}

/** Return for each of `count` places the first pixel that it is made of, and whole-numbered weights from there on. */
function weights(size, start, end, count, filter) {
  const scale = Math.fround(end - start) / count;
  const stretch = Math.max(scale, 1);
  const support = filter.support * stretch;
  const taps = [];
  for (let place = 0; place < count; place++) {
    const centre = start + (place + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const last = Math.min(Math.trunc(centre + support + 0.5), size);
    const exact = [];
    let total = 0;
    for (let at = first; at < last; at++) {
      const weight = filter.weight(Math.abs((at - centre + 0.5) * (1 / stretch)));
      exact.push(weight);
      total += weight;
    }
    const values = exact.map((weight) => {
      const share = (total === 0 ? weight : weight / total) * (1 << PRECISION_BITS);
      return Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    });
    taps.push({ first, values });
  }
  return taps;
}

function nearest(picture, width, height, [left, top, right, bottom]) {
  const across = places(left, Math.fround(right - left) / width, width, picture.width);
  const down = places(top, Math.fround(bottom - top) / height, height, picture.height);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      const from = (down[y] * picture.width + across[x]) * 3;
      data.set(picture.data.subarray(from, from + 3), to);
    }
  }
  return { width, height, data };
}

function places(start, step, count, size) {
  const found = [];
  // Added up, not multiplied, as Pillow does it: the last digits decide at a border between two pixels.
  for (let at = start + step * 0.5; found.length < count; at += step) found.push(Math.min(Math.trunc(at), size - 1));
  return found;
}

function paste(inner, width, height) {
  const data = new Uint8Array(width * height * 3);
  const left = Math.floor((width - inner.width) / 2), top = Math.floor((height - inner.height) / 2);
  for (let y = 0; y < inner.height; y++) {
    const row = inner.data.subarray(y * inner.width * 3, (y + 1) * inner.width * 3);
    data.set(row, ((y + top) * width + left) * 3);
  }
  return { width, height, data };
}

function asByte(value) {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

function roundHalfToEven(value) {
  const whole = Math.floor(value);
  const rest = value - whole;
  return rest > 0.5 || (rest === 0.5 && whole % 2 === 1) ? whole + 1 : whole;
}
