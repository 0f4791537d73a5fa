import { readdirSync } from 'node:fs';
import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// Import order: shared (api, lib, components) → features (never each other) → routes.
const features = readdirSync(new URL('./src/features', import.meta.url));
const zones = [
  { target: ['./src/api', './src/lib', './src/components'], from: ['./src/features', './src/routes'] },
  { target: './src/features', from: './src/routes' },
  ...features.map((name) => ({
    target: `./src/features/${name}`,
    from: './src/features',
    except: [`./${name}`],
    message: 'Features never import each other: bring them together in a route.',
  })),
];

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.gen.ts', '*.cjs'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['src/**/*.{ts,tsx}'],
    plugins: { 'import-x': importX, 'react-hooks': reactHooks },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      ...reactHooks.configs.recommended.rules,
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 200, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Use the typed client in src/api/client.ts.' }],
    },
  },
  { files: ['*.js'], languageOptions: { globals: { URL: 'readonly' } } },
  {
    files: ['public/**/*.js'],
    languageOptions: { globals: { window: 'readonly', document: 'readonly', localStorage: 'readonly' } },
  },
);
