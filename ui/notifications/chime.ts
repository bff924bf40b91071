/** Made on the first sound: browsers refuse one before the person has touched the page. */
let context: AudioContext | undefined;

/** Two short soft notes. Silent where the browser doesn't let the page sound yet. */
export async function playChime(): Promise<void> {
  context ??= new AudioContext();
  if (context.state === 'suspended') await context.resume();
  note(context, 659.25, context.currentTime);
  note(context, 880, context.currentTime + 0.12);
}

/** One note of `frequency` Hz from `at` on (seconds of the context's clock), fading within a third of a second. */
function note(audio: AudioContext, frequency: number, at: number): void {
  const oscillator = audio.createOscillator();
  const gain = audio.createGain();
  oscillator.frequency.value = frequency;
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(0.12, at + 0.015);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + 0.35);
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + 0.36);
}
