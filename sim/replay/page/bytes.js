// Columns of whole numbers out of the page's own bytes; sim/replay/packing.py writes them.
const bytes = {
  async unpack(directory, text, letters, size) {
    const packed = bytes.fromLetters(text, letters).subarray(0, size);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const blob = new Uint8Array(await new Response(stream).arrayBuffer());
    const found = {};
    for (const [name, place] of Object.entries(directory)) found[name] = bytes.column(blob, ...place);
    return found;
  },

  // Two of 91 letters hold 13 bits, the lowest first.
  fromLetters(text, letters) {
    const value = new Uint8Array(128), out = new Uint8Array(Math.floor(text.length / 2 * 13 / 8));
    [...letters].forEach((letter, i) => (value[letter.charCodeAt(0)] = i));
    for (let i = 0, at = 0, bits = 0, held = 0; i + 1 < text.length; i += 2) {
      bits |= (value[text.charCodeAt(i)] * 91 + value[text.charCodeAt(i + 1)]) << held;
      for (held += 13; held >= 8; held -= 8, bits >>>= 8) out[at++] = bits & 255;
    }
    return out;
  },

  // One column: planes of bytes, folded signs, and sums where differences were stored; a text column is a list of lines.
  column(blob, start, count, width, extra) {
    if (width === 0) return extra ? new TextDecoder().decode(blob.subarray(start, start + count)).split("\n") : [];
    const out = new Int32Array(count);
    for (let i = 0, sum = 0; i < count; i++) {
      let folded = 0;
      for (let plane = width - 1; plane >= 0; plane--) folded = folded * 256 + blob[start + plane * count + i];
      const number = folded % 2 ? -(folded + 1) / 2 : folded / 2;
      out[i] = extra ? (sum += number) : number;
    }
    return out;
  },
};
