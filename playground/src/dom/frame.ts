/** Work that is done at most once a frame, however often it is asked for. */

/** A function that does the work in the next frame; asked again before, it does it once. */
export function oncePerFrame(work: () => void): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      work();
    });
  };
}
