/** Opens a page for what it finds out. */

import type { Chromium, PageOptions } from './chromium.js';
import type { Outcome } from './pages/outcome.js';

/**
 * Opens a page made with `publish`, waits for its result and closes it.
 * @param request what the page is asked for
 * @throws Error if the page throws, or if anything goes wrong in it
 */
export async function outcomeOf<T>(
  browser: Chromium,
  url: string,
  request: unknown,
  options: PageOptions = {},
): Promise<T> {
  const { page, errors, close } = await browser.open(
    `${url}?request=${encodeURIComponent(JSON.stringify(request))}`,
    options,
  );
  const outcome = await page.evaluate(
    async () => (globalThis as unknown as { outcome: Outcome<T> | undefined }).outcome,
  );
  if (outcome === undefined) throw new Error(`${url} published nothing:\n  ${errors.join('\n  ')}`);
  await close();
  if ('error' in outcome) throw new Error(`${url} threw: ${outcome.error}`);
  return outcome.value;
}
