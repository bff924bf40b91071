import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The path of a Chromium on this machine: `CHROMIUM_PATH`, one in a usual place, or Playwright's own; undefined when there is none. */
export function findChromium(): string | undefined {
  const candidates = [process.env.CHROMIUM_PATH, ...usualPlaces, chromium.executablePath()];
  return candidates.find((candidate) => candidate && existsSync(candidate));
}

/**
 * Finds Chromium, or installs it: with apt where that needs no password, else Playwright's build.
 * @returns its path.
 * @throws when it can be neither found nor installed, with what to do.
 */
export function ensureChromium(): string {
  const found = findChromium();
  if (found) return found;
  const root = process.getuid?.() === 0;
  const attempts: string[][] = [
    ...(existsSync('/usr/bin/apt-get')
      ? [
          [
            ...(root ? [] : ['sudo', '-n']),
            'sh',
            '-c',
            'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium',
          ],
        ]
      : []),
    [process.execPath, 'node_modules/playwright-core/cli.js', 'install', '--with-deps', 'chromium'],
    [process.execPath, 'node_modules/playwright-core/cli.js', 'install', 'chromium'],
  ];
  const failures: string[] = [];
  for (const [command, ...args] of attempts) {
    console.log('No Chromium found for the browser tests; installing one…');
    try {
      execFileSync(command!, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 300_000 });
    } catch (error) {
      failures.push(error instanceof Error ? error.message.split('\n')[0]! : String(error));
    }
    const installed = findChromium();
    if (installed) return installed;
  }
  throw new Error(
    `The browser tests need Chromium, and it could not be installed (${failures.join('; ')}). ` +
      'Install Chromium or Chrome, or set CHROMIUM_PATH to one, and run npm test again.',
  );
}
