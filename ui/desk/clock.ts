/** The server's clock as far as this browser can tell; the device's own may be hours off. */
export class ServerClock {
  /** Server's time minus the device's, in ms; every sample is too small by the way it took. */
  #offset: number | undefined;

  /** Tells the clock a moment the server has just stamped. */
  observe(stamp: string): void {
    const sample = Date.parse(stamp) - Date.now();
    if (Number.isNaN(sample)) return;
    // The device's clock being set is a leap; a smaller sample otherwise only took longer to arrive.
    const leapt = this.#offset !== undefined && Math.abs(sample - this.#offset) > 60_000;
    this.#offset = this.#offset === undefined || leapt ? sample : Math.max(this.#offset, sample);
  }

  /** False until the server has stamped anything. */
  get known(): boolean {
    return this.#offset !== undefined;
  }

  /** The server's time in ms since 1970; the device's until `known`. */
  now(): number {
    return Date.now() + (this.#offset ?? 0);
  }
}
