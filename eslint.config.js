import js from '@eslint/js';
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

/** Which top-level folders each folder may import from; anything else fails the lint. */
const mayImport = {
  core: [],
  local: [],
  ui: ['core'],
  cabinet: ['ui', 'core'],
  admin: ['ui', 'core'],
  bot: ['core'],
  api: ['bot', 'core', 'local'],
  cli: ['api', 'bot', 'core', 'local'],
};

const importDirections = Object.entries(mayImport).map(([folder, allowed]) => {
  const forbidden = Object.keys(mayImport).filter((other) => other !== folder && !allowed.includes(other));
  return {
    files: [`${folder}/**/*.{ts,tsx}`],
    // A test may stand on any leg of the desk; the code it tests may not.
    ignores: ['**/*.test.{ts,tsx}'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: `^(\\.\\./)+(${forbidden.join('|')})/`,
              message: `${folder}/ may import from ${allowed.join(', ') || 'no other folder'} only.`,
            },
          ],
        },
      ],
    },
  };
});

export default defineConfig(
  globalIgnores(['dist', 'node_modules', '.data', 'supabase/functions']),
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      globals: { ...globals.node, ...globals.browser },
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  ...importDirections,
  { files: ['{ui,cabinet,admin,local}/**/*.{ts,tsx}'], extends: [reactHooks.configs.flat.recommended] },
  { files: ['**/*.js'], extends: [tseslint.configs.disableTypeChecked] },
);
