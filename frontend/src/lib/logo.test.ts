import { expect, it } from 'vitest';
import { withLogo } from './logo';

const mail = '<td><img style="height: 56px" class="logo" src="cid:logo" alt="Hale &amp; Moreno" height="56"></td>';

it('a mail shows the logo, or the name where there is none any more', () => {
  expect(withLogo(mail, 'data:image/png;base64,AA==')).toContain('src="data:image/png;base64,AA=="');
  expect(withLogo(mail, null)).toBe('<td>Hale &amp; Moreno</td>');
  expect(withLogo('<p>Hello</p>', null)).toBe('<p>Hello</p>');
});
