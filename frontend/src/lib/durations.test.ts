import { expect, it } from 'vitest';
import { durationText, timeLeft } from './durations';

it.each([
  [0, '0 s'],
  [42, '42 s'],
  [60, '1 min'],
  [185, '3 min 5 s'],
  [3600, '1 h'],
  [3720, '1 h 2 min'],
])('%d seconds took %s', (seconds, words) => {
  expect(durationText(seconds)).toBe(words);
});

it.each([
  [0, 'less than a minute left'],
  [59, 'less than a minute left'],
  [60, 'about 1 minute left'],
  [200, 'about 3 minutes left'],
  [5340, 'about 89 minutes left'],
  [5400, 'about 2 hours left'],
  [86_400, 'about 24 hours left'],
])('%d seconds are %s', (seconds, words) => {
  expect(timeLeft(seconds)).toBe(words);
});
