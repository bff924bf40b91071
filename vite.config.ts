import { defineConfig } from 'vite';
import { appConfig } from './vite.apps.ts';

/** `vite build --mode cabinet` and `vite build --mode admin`, for those who call Vite by hand. */
export default defineConfig(({ mode }) => appConfig(mode === 'admin' ? 'admin' : 'cabinet'));
