import type { Step, StepInput } from '@/api/types';
import { toPlain } from '@/components/rich-editor/convert';
import { repeatText, whenText } from '@/lib/step-words';

/** What became of one step, in words. */
export interface StepChange {
  title: string;
  /** "7 days after the due date" became "10 days after the due date". */
  parts: { name: string; before: string; after: string }[];
  /** Lines of the text that went and came. */
  removed: string[];
  added: string[];
}

type Known = Step | (StepInput & { id?: string | null });

function nameOf(step: Known): string {
  return `${step.kind === 'call_task' ? 'call' : 'e-mail'}, ${whenOf(step)}`;
}

function whenOf(step: Known): string {
  const { anchor = 'due', offset_days = 0, offset_unit, repeat_every_days = null, repeat_max = null } = step;
  return [whenText({ anchor, offset_days, offset_unit }), repeatText({ anchor, repeat_every_days, repeat_max })].filter(Boolean).join(', ');
}

function onOff(value: boolean | undefined): string {
  return value ? 'yes' : 'no';
}

function linesOf(step: Known): string[] {
  const text = step.body_format === 'rich' ? toPlain(step.body ?? '') : (step.body ?? '');
  return text.split('\n').filter((line) => line.trim() !== '');
}

function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

function facts(step: Known): [string, string][] {
  return [
    ['When', whenOf(step)],
    ['Kind', step.kind === 'call_task' ? 'Call' : 'E-mail'],
    ['Subject', step.subject ?? ''],
    ['Format', step.body_format === 'rich' ? 'Rich text' : 'Plain text'],
    ['Needs approval', onOff(step.needs_approval)],
    ['Bill attached', onOff(step.attach_bill)],
    ['Statement', onOff(step.is_statement)],
    ['CC', (step.cc ?? []).join(', ')],
    ['BCC', (step.bcc ?? []).join(', ')],
  ];
}

function compare(before: Known, after: Known): Omit<StepChange, 'title'> {
  const now = new Map(facts(after));
  return {
    parts: facts(before)
      .map(([name, was]) => ({ name, before: was || '–', after: now.get(name) || '–' }))
      .filter((part) => part.before !== part.after),
    removed: without(linesOf(before), linesOf(after)),
    added: without(linesOf(after), linesOf(before)),
  };
}

/** What differs between the saved steps and the edited ones, in the order of the edited ones. */
export function stepChanges(before: readonly Known[], after: readonly Known[]): StepChange[] {
  const nothing = { parts: [], removed: [], added: [] };
  const kept = before.filter((step) => after.some(({ id }) => id === step.id));
  const changes: StepChange[] = [];
  for (const [index, step] of after.entries()) {
    const number = String(index + 1);
    const old = step.id ? before.find(({ id }) => id === step.id) : undefined;
    if (!old) {
      changes.push({ ...nothing, title: `Step ${number} is new: ${nameOf(step)}`, added: linesOf(step) });
      continue;
    }
    const found = compare(old, step);
    const hasMoved = after.filter(({ id }) => kept.some((each) => each.id === id)).indexOf(step) !== kept.indexOf(old);
    const title = hasMoved ? `Step ${number} was step ${String(before.indexOf(old) + 1)}` : `Step ${number}`;
    if (hasMoved || found.parts.length + found.removed.length + found.added.length > 0) changes.push({ title, ...found });
  }
  for (const step of before)
    if (!kept.includes(step)) changes.push({ ...nothing, title: `Step ${String(before.indexOf(step) + 1)} is removed: ${nameOf(step)}` });
  return changes;
}
