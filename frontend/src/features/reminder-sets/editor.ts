import type { Step, StepInput } from '@/api/types';
import { inOrder } from './timeline';

/** A step being written; `key` stays with it while it moves. */
export interface DraftStep extends Step {
  key: string;
}

export interface Draft {
  name: string;
  description: string;
  steps: DraftStep[];
  selected: string | null;
}

export type DraftAction =
  | { type: 'rename'; name: string }
  | { type: 'describe'; description: string }
  | { type: 'select'; key: string }
  | { type: 'add'; step: Step }
  | { type: 'change'; key: string; patch: Partial<Step> }
  | { type: 'remove'; key: string }
  | { type: 'duplicate'; key: string }
  | { type: 'move'; key: string; by: 1 | -1 }
  /** Puts a step on another day, and in the order of the days. */
  | { type: 'day'; key: string; offset_days: number }
  | { type: 'reset'; content: Content };

export interface Content {
  name: string;
  description: string;
  steps: readonly Step[];
}

let keys = 0;
function withKey(step: Step): DraftStep {
  keys += 1;
  return { ...step, key: `step-${String(keys)}` };
}

export function draftOf(content: Content, selectedIndex = 0): Draft {
  const steps = content.steps.map(withKey);
  const at = Math.min(selectedIndex, steps.length - 1);
  return { name: content.name, description: content.description, steps, selected: steps[at]?.key ?? null };
}

const EMPTY_MAIL = 'Dear {{ client.first_name }},\n\nInvoice {{ invoice.number }} for {{ invoice.balance }} was due on {{ invoice.due_on }}.\n\n{{ pay.link }}\n\n{{ signature }}';

/** A new step, a week after the last one. */
export function nextStep(steps: readonly Step[], kind: Step['kind']): Step {
  const last = steps.at(-1);
  return {
    id: null,
    kind,
    anchor: last?.anchor ?? 'due',
    offset_days: last ? last.offset_days + 7 : 0,
    offset_unit: last?.offset_unit ?? 'calendar_days',
    repeat_every_days: null,
    repeat_max: null,
    needs_approval: false,
    attach_bill: false,
    is_statement: false,
    body_format: 'plain',
    subject: kind === 'email' ? (last?.subject ?? 'Invoice {{ invoice.number }} from {{ firm.name }}') : 'Call the client',
    body: kind === 'email' ? EMPTY_MAIL : 'Ask when invoice {{ invoice.number }} will be paid.',
    cc: [],
    bcc: [],
  };
}

function moved(steps: DraftStep[], key: string, by: number): DraftStep[] {
  const from = steps.findIndex((step) => step.key === key);
  const to = from + by;
  const step = steps[from];
  if (!step || to < 0 || to >= steps.length) return steps;
  const next = steps.toSpliced(from, 1);
  next.splice(to, 0, step);
  return next;
}

function removed(draft: Draft, key: string): Draft {
  const at = draft.steps.findIndex((step) => step.key === key);
  const steps = draft.steps.filter((step) => step.key !== key);
  const selected = draft.selected === key ? ((steps[at] ?? steps.at(-1))?.key ?? null) : draft.selected;
  return { ...draft, steps, selected };
}

export function reduceDraft(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case 'rename':
      return { ...draft, name: action.name };
    case 'describe':
      return { ...draft, description: action.description };
    case 'select':
      return { ...draft, selected: action.key };
    case 'add': {
      const step = withKey({ ...action.step, id: null });
      return { ...draft, steps: [...draft.steps, step], selected: step.key };
    }
    case 'change':
      return {
        ...draft,
        steps: draft.steps.map((step) => (step.key === action.key ? { ...step, ...action.patch } : step)),
      };
    case 'remove':
      return removed(draft, action.key);
    case 'duplicate': {
      const at = draft.steps.findIndex((step) => step.key === action.key);
      const original = draft.steps[at];
      if (!original) return draft;
      const copy = withKey({ ...original, id: null });
      return { ...draft, steps: draft.steps.toSpliced(at + 1, 0, copy), selected: copy.key };
    }
    case 'move':
      return { ...draft, steps: moved(draft.steps, action.key, action.by) };
    case 'day': {
      const steps = draft.steps.map((step) => (step.key === action.key ? { ...step, offset_days: action.offset_days } : step));
      return { ...draft, steps: inOrder(steps, action.key), selected: action.key };
    }
    case 'reset': {
      const at = draft.steps.findIndex((step) => step.key === draft.selected);
      return draftOf(action.content, Math.max(0, at));
    }
  }
}

/** A step as the API takes it. */
export function toInput(step: Step & { key?: string }): StepInput {
  const { key: _key, id, ...rest } = step;
  return id ? { ...rest, id } : rest;
}

export function contentOf(draft: Draft) {
  return { name: draft.name.trim(), description: draft.description.trim(), steps: draft.steps.map(toInput) };
}

/** Whether anything but the name and the description differs. */
export function stepsChanged(draft: Draft, saved: Content): boolean {
  return JSON.stringify(draft.steps.map(toInput)) !== JSON.stringify(saved.steps.map(toInput));
}

export function isChanged(draft: Draft, saved: Content): boolean {
  const now = contentOf(draft);
  const then = { name: saved.name.trim(), description: saved.description.trim(), steps: saved.steps.map(toInput) };
  return JSON.stringify(now) !== JSON.stringify(then);
}
