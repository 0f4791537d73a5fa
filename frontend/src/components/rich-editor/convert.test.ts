import { expect, it } from 'vitest';
import { hasFormatting, toPlain, toRich } from './convert';

it.each([
  ['Dear {{ client.name }},\n\n{{ pay.link }}', '<p>Dear {{ client.name }},</p><p>{{ pay.link }}</p>'],
  ['One\nTwo\n \nThree', '<p>One<br>Two</p><p>Three</p>'],
  ['a < b & c', '<p>a &lt; b &amp; c</p>'],
  ['', '<p></p>'],
])('makes %j rich', (text, html) => expect(toRich(text)).toBe(html));

it.each(['Dear {{ client.name }},\n\nOne\nTwo\n\n{{ signature }}', 'a < b & "c" > d', '<b>Not bold</b>'])(
  'gives %j back as it was',
  (text) => {
    expect(toPlain(toRich(text))).toBe(text);
    expect(hasFormatting(toRich(text))).toBe(false);
  },
);

it.each([
  ['<p>It is <strong>due</strong> <em>now</em>.</p>', 'It is due now.'],
  ['<h3>Due</h3><ul><li><p>One</p></li><li><p>Two</p></li></ul>', 'Due\n\n- One\n- Two'],
  ['<ol><li>One</li><li>Two</li></ol><p>End</p>', '1. One\n2. Two\n\nEnd'],
  ['<p><a href="https://example.com">Our page</a></p>', 'Our page (https://example.com)'],
  ['<p><a href="mailto:a@example.com">a@example.com</a></p>', 'a@example.com'],
  ['<blockquote><p>Quoted</p></blockquote>', 'Quoted'],
])('makes %j plain, and says that something is lost', (html, text) => {
  expect(toPlain(html)).toBe(text);
  expect(hasFormatting(html)).toBe(true);
});

it('runs nothing of what it reads', () => {
  expect(toPlain('<p>Hi<script>window.hit = 1</script><img src=x onerror="window.hit = 1"></p>')).not.toContain('onerror');
  expect('hit' in window).toBe(false);
});
