import { expect, test } from 'vitest';
import { mattersText } from './matters-text';

const matter = (display_number: string) => ({ id: display_number, display_number });

test('a bill names its first matter, and how many more there are', () => {
  expect(mattersText([])).toBe('');
  expect(mattersText([matter('00012-Smith')])).toBe('00012-Smith');
  expect(mattersText([matter('00012-Smith'), matter('00013'), matter('00014')])).toBe('00012-Smith and 2 more');
});
