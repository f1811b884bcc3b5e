// Columns of whole numbers out of the page's own bytes; sim/replay/packing.py writes them.
const bytes = {
  async unpack(directory, text) {
    const coded = atob(text.trim()), packed = new Uint8Array(coded.length);
    for (let i = 0; i < coded.length; i++) packed[i] = coded.charCodeAt(i);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const blob = new Uint8Array(await new Response(stream).arrayBuffer());
    const found = {};
    for (const [name, place] of Object.entries(directory)) found[name] = bytes.column(blob, ...place);
    return found;
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
