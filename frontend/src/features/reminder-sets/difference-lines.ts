export interface Line {
  is: 'added' | 'removed' | 'same' | 'place';
  text: string;
}

const KINDS: Record<string, Line['is']> = { '+': 'added', '-': 'removed', '@': 'place' };

/** The lines of a unified diff, without its two headings. */
export function differenceLines(difference: string): Line[] {
  return difference
    .split('\n')
    .slice(2)
    .map((text) => ({ is: KINDS[text.charAt(0)] ?? 'same', text }));
}

/** "4 lines more, 1 line fewer": what a screen reader should not have to count. */
export function countLines(lines: readonly Line[]): { added: number; removed: number } {
  return {
    added: lines.filter((line) => line.is === 'added').length,
    removed: lines.filter((line) => line.is === 'removed').length,
  };
}
