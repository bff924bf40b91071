// Functions that run inside a page. Each stands alone: what it needs of the outside comes as an argument.

/** Waits until a message with this text is painted; gives when, by the machine's clock in ms. */
export function paintOf(text: string): Promise<number> {
  return new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      const last = [...document.querySelectorAll('[data-testid=message]')].at(-1);
      if (!last?.textContent.includes(text)) return;
      observer.disconnect();
      // The frame after this one's callbacks is on the screen.
      requestAnimationFrame(() => setTimeout(() => resolve(performance.timeOrigin + performance.now())));
    });
    observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  });
}

/** Waits for the next press of Enter; gives when, by the machine's clock in ms. */
export function sentAt(): Promise<number> {
  return new Promise((resolve) => {
    const controller = new AbortController();
    addEventListener(
      'keydown',
      ({ key }) => {
        if (key !== 'Enter') return;
        controller.abort();
        resolve(performance.timeOrigin + performance.now());
      },
      { capture: true, signal: controller.signal },
    );
  });
}

/** What is to appear: an element that matches `selector` and says `text`. */
export type Shown = { selector: string; text: string };

/** Waits until it is painted; gives the ms since the page was asked for. */
export function shownSinceNavigation({ selector, text }: Shown): Promise<number> {
  return new Promise((resolve) => {
    const look = () => {
      const found = [...document.querySelectorAll(selector)].some((each) => each.textContent.includes(text));
      if (found) requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
      else requestAnimationFrame(look);
    };
    look();
  });
}

/** Presses a button, or writes `typed` into a field, and gives the ms until what is to appear is painted. */
export function shownSincePress(
  target: Element,
  { selector, text, typed }: Shown & { typed?: string },
): Promise<number> {
  return new Promise((resolve) => {
    const began = performance.now();
    const look = () => {
      const found = [...document.querySelectorAll(selector)].some((each) => each.textContent.includes(text));
      if (found) setTimeout(() => resolve(performance.now() - began));
      else requestAnimationFrame(look);
    };
    if (typed === undefined) (target as HTMLElement).click();
    else {
      // As the browser writes: React has put a setter of its own on the field.
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(target, typed);
      target.dispatchEvent(new Event('input', { bubbles: true }));
    }
    requestAnimationFrame(look);
  });
}

/** How a list scrolled. */
export interface Scrolled {
  /** Different rows that came into sight. */
  rows: number;
  frames: number;
  /** Frames in which the middle of the list showed no row. */
  blank: number;
  /** Frames that stood at the edge, waiting for more rows. */
  waiting: number;
  /** The longest time between two frames, in ms. */
  longestFrame: number;
  /** The furthest that a row moved otherwise than the wheel says, in CSS pixels. */
  jump: number;
}

/**
 * Watches each frame of a list that a wheel scrolls by `step` CSS pixels a notch, for `duration` ms. Rows then move by
 * whole notches, whatever the list makes of its own position.
 */
export function watchScroll(
  list: Element,
  { step, duration, row }: { step: number; duration: number; row: string },
): Promise<Scrolled> {
  return new Promise((resolve) => {
    const box = list.getBoundingClientRect();
    const x = box.left + box.width / 2;
    const middle = [0.3, 0.5, 0.7].map((share) => box.top + box.height * share);
    const seen = new Set<string>();
    const result: Scrolled = { rows: 0, frames: 0, blank: 0, waiting: 0, longestFrame: 0, jump: 0 };
    const began = performance.now();
    let before = began;
    let anchor: { element: Element; top: number } | undefined;
    const frame = () => {
      const now = performance.now();
      result.frames += 1;
      result.longestFrame = Math.max(result.longestFrame, now - before);
      before = now;
      const inMiddle = middle.flatMap((y) => document.elementFromPoint(x, y)?.closest(row) ?? []);
      if (inMiddle.length === 0) result.blank += 1;
      for (const each of inMiddle) seen.add(each.textContent);
      const left = step < 0 ? list.scrollTop : list.scrollHeight - list.clientHeight - list.scrollTop;
      if (left < 1) result.waiting += 1;
      else if (anchor?.element.isConnected) {
        const notches = (anchor.element.getBoundingClientRect().top - anchor.top) / -step;
        const odd = notches < 0 ? notches : notches - Math.round(notches);
        result.jump = Math.max(result.jump, Math.abs(odd * step));
      }
      if (now - began > duration) {
        result.rows = seen.size;
        return resolve(result);
      }
      const element = inMiddle[0];
      anchor = element && { element, top: element.getBoundingClientRect().top };
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
}
