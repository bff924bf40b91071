/** By then, in ms after the start, the first screen stands, and what will be needed soon may be brought. */
export const afterFirstLoad = 2_000;
