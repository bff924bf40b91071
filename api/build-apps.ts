import path from 'node:path';
import { buildIfStale } from './build.ts';

// `npm run build`: for those whose desk may not write into its own folder when it starts.
const built = await buildIfStale(path.resolve(import.meta.dirname, '..'));
console.log(built ? 'The apps are built.' : 'The apps are up to date.');
