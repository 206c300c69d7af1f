/** What every view is to the page. */

/** A view: one tab. */
export interface PageView {
  readonly element: HTMLElement;
  /** Takes colours anew. */
  restyle(): void;
  /** Ends its trainings. */
  close(): void;
  /** Told when its tab is shown. */
  shown?(): void;
}
