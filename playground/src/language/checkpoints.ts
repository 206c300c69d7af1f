/** Checkpoints of the language model: downloaded, loaded from a file, and found again after a reload. */

import { deleteCheckpoint, listCheckpoints, readCheckpoint } from 'recurra/worker';
import { make } from '../dom/make.js';
import { deleteRun, readRun, storageProblem } from '../storage/database.js';
import type { SavedRun } from '../storage/database.js';
import { Problem } from '../texts/problem.js';
import type { Texts } from '../texts/texts.js';
import type { Session } from '../training/session.js';
import { SAVED_AS } from './job.js';

const FILE = 'checkpoint.safetensors';
/** No checkpoint of a model that a page can train is larger. */
const MOST_BYTES = 2 ** 30;

/** Offers the training's checkpoint as a file. */
export async function downloadCheckpoint(session: Session): Promise<void> {
  const bytes = await session.training?.checkpoint();
  if (bytes === undefined) return;
  const url = URL.createObjectURL(new Blob([bytes.slice()], { type: 'application/octet-stream' }));
  make('a', { href: url, download: FILE }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The bytes of a file that should be a checkpoint. @throws Problem */
export async function readCheckpointFile(file: File): Promise<Uint8Array> {
  const { name, size } = file;
  if (size > MOST_BYTES) {
    throw new Problem('problem.tooLarge', { name, size: Math.ceil(size / 1e6), most: Math.floor(MOST_BYTES / 1e6) });
  }
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new Problem('problem.unreadable', { name }, undefined, cause);
  }
}

/** A run that was saved. */
export interface Saved {
  readonly bytes: Uint8Array;
  readonly run: SavedRun;
}

/** The saved run. @throws Problem where it is gone */
export async function readSaved(): Promise<Saved> {
  const [bytes, run] = [await readCheckpoint(SAVED_AS), await readRun(SAVED_AS)];
  if (bytes === undefined || run === undefined) throw new Problem('problem.noSaved');
  return { bytes, run };
}

/** The line that offers the saved run, if there is one. */
export class SavedRunLine {
  readonly element: HTMLElement = make('div', { class: 'saved', hidden: true, 'data-testid': 'saved' });
  readonly #sentence: HTMLElement = make('p');

  /**
   * @param resume goes on with it
   * @param onProblem told what does not work
   */
  constructor(texts: Texts, resume: () => Promise<void>, onProblem: (error: unknown) => void) {
    const act = (work: () => Promise<void>) => (): void => {
      this.element.hidden = true;
      work().catch(onProblem);
    };
    const yes = make(
      'button',
      { type: 'button', class: 'primary', 'data-testid': 'resume-saved', onclick: act(resume) },
      texts.node('action.resumeRun'),
    );
    const no = make(
      'button',
      { type: 'button', 'data-testid': 'delete-saved', onclick: act(forget) },
      texts.node('action.delete'),
    );
    this.element.append(this.#sentence, make('div', { class: 'buttons' }, yes, no));
    this.#find(texts).catch((error: unknown) => onProblem(storageProblem(error)));
  }

  async #find(texts: Texts): Promise<void> {
    const found = (await listCheckpoints()).find(({ name }) => name === SAVED_AS);
    if (found === undefined || (await readRun(SAVED_AS)) === undefined) return;
    const when = new Date(found.time);
    texts.watch(() => {
      const time = when.toLocaleString(texts.language, { dateStyle: 'medium', timeStyle: 'short' });
      this.#sentence.textContent = texts.say('saved.found', { size: texts.number(found.bytes / 1000), time });
    });
    this.element.hidden = false;
  }
}

async function forget(): Promise<void> {
  await deleteCheckpoint(SAVED_AS);
  await deleteRun(SAVED_AS);
}
