import { execFile, type SpawnOptions } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { PostgresError } from './error.ts';

const run = promisify(execFile);

/** A way to run PostgreSQL's programs as somebody it accepts: it refuses to run as root. */
export interface Launcher {
  /** Put before the program's own command line. */
  prefix: string[];
  options: Pick<SpawnOptions, 'uid' | 'gid'>;
  /** To whom the data directory must belong; undefined: to whoever runs Node. */
  owner: { uid: number; gid: number } | undefined;
}

/**
 * How to run PostgreSQL here. An ordinary user simply runs it. Root steps down to the data directory's owner, or to
 * `postgres` or `nobody`, keeping one capability, so that a checkout beneath a directory closed to others still works.
 * @param program a program that must be executable
 * @param dataDir the directory that must be accessible; it exists
 * @throws {PostgresError} `no_unprivileged_user` when root can't step down on this machine.
 */
export async function findLauncher(program: string, dataDir: string, clusterDir: string): Promise<Launcher> {
  if (process.getuid?.() !== 0) return { prefix: [], options: {}, owner: undefined };
  const owner = (await ownerOf(clusterDir)) ?? (await unprivilegedUser());
  for (const launcher of waysDown(owner)) {
    if (await worksFor(launcher, program, dataDir)) return launcher;
  }
  throw new PostgresError(
    'no_unprivileged_user',
    'PostgreSQL refuses to run as root and this machine offers no way to step down (setpriv, unshare): run as an ordinary user.',
  );
}

function waysDown(owner: { uid: number; gid: number }): Launcher[] {
  const withCapability = (capability: string): Launcher => ({
    prefix: [
      'setpriv',
      `--reuid=${owner.uid}`,
      `--regid=${owner.gid}`,
      '--clear-groups',
      `--inh-caps=-all,+${capability}`,
      `--ambient-caps=-all,+${capability}`,
      `--bounding-set=-all,+${capability}`,
      // Without it access(2), with which PostgreSQL looks for its own files, would ignore the capability.
      '--securebits=+no_setuid_fixup',
      '--',
    ],
    options: {},
    owner,
  });
  return [
    withCapability('dac_read_search'),
    // Containers keep this stronger one by default, and drop the other.
    withCapability('dac_override'),
    {
      prefix: ['unshare', '--user', '--map-user=65534', '--map-group=65534', '--'],
      options: {},
      owner: { uid: 0, gid: 0 },
    },
    { prefix: [], options: owner, owner },
  ];
}

async function worksFor(launcher: Launcher, program: string, dataDir: string): Promise<boolean> {
  const [command, ...args] = [...launcher.prefix, 'test', '-x', program, '-a', '-x', dataDir];
  try {
    await run(command, args, launcher.options);
    return true;
  } catch {
    return false;
  }
}

/** The owner of an existing cluster, unless that is root. */
async function ownerOf(clusterDir: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(clusterDir);
    return uid === 0 ? undefined : { uid, gid };
  } catch {
    return undefined;
  }
}

async function unprivilegedUser(): Promise<{ uid: number; gid: number }> {
  const users = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody') ?? [];
  return { uid: Number(user[2] ?? 65534), gid: Number(user[3] ?? 65534) };
}
