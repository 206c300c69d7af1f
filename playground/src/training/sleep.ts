/** A page that is hidden may be frozen or thrown away without another word: save when it hides, say so on return. */

import type { Controls } from './controls.js';
import type { Session } from './session.js';
import type { Texts } from '../texts/texts.js';

/** Milliseconds of absence that are worth a word. */
const LONG = 3000;

/**
 * Watches over a session.
 * @param save called when the page hides or freezes
 */
export function keepOverSleep(session: Session, controls: Controls, texts: Texts, save: () => void): void {
  let hiddenAt: number | undefined;
  let stepThen = 0;
  const hide = (): void => {
    hiddenAt ??= Date.now();
    stepThen = session.last?.step ?? 0;
    save();
  };
  const show = (): void => {
    const away = Date.now() - (hiddenAt ?? Date.now());
    hiddenAt = undefined;
    const { last } = session;
    if (away < LONG || last === undefined) return;
    const key = last.step > stepThen ? 'status.away' : 'status.awayStill';
    controls.say(texts.say(key, { step: texts.number(last.step), total: texts.number(last.totalSteps) }));
  };
  document.addEventListener('visibilitychange', () => (document.visibilityState === 'hidden' ? hide() : show()));
  document.addEventListener('freeze', hide);
  document.addEventListener('resume', show);
}
