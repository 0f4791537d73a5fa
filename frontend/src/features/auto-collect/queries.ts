import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { components } from '@/api/schema.gen';

type Schemas = components['schemas'];
export type Rule = Schemas['RuleOut'];
export type RuleInput = Schemas['RuleInput'];
export type DryRun = Schemas['DryRunOut'];
export type DryRunRequest = Schemas['DryRunInput'];
export type Named = Schemas['NamedRef'];

const LIST = ['auto-collect', 'rules'];

export const rulesQuery = queryOptions({
  queryKey: LIST,
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/auto-collect-rules', { signal })),
});

export function ruleQuery(id: string) {
  return queryOptions({
    queryKey: ['auto-collect', 'rule', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/auto-collect-rules/{rule_id}', { params: { path: { rule_id: id } }, signal })),
  });
}

export function choicesQuery(q: string) {
  return queryOptions({
    queryKey: ['auto-collect', 'choices', q],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/auto-collect-rules/choices', { params: { query: q ? { q } : {} }, signal })),
    placeholderData: keepPreviousData,
  });
}

export function dryRunQuery(body: DryRunRequest) {
  return queryOptions({
    queryKey: ['auto-collect', 'dry-run', body],
    queryFn: ({ signal }) => unwrap(api.POST('/api/v1/auto-collect-rules/dry-run', { body, signal })),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 10_000,
    retry: false,
  });
}

/** After a failed change too: another number of invoices may be what was wrong. */
function useRefresh() {
  const client = useQueryClient();
  return () => {
    for (const key of ['auto-collect', 'invoices', 'collections']) void client.invalidateQueries({ queryKey: [key] });
  };
}

export function useSaveRule(id: string | null) {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: ({ rule, expected }: { rule: RuleInput; expected: number | null }) =>
      id === null
        ? unwrap(api.POST('/api/v1/auto-collect-rules', { body: rule }))
        : unwrap(
            api.PUT('/api/v1/auto-collect-rules/{rule_id}', {
              params: { path: { rule_id: id } },
              body: { ...rule, expected_count: expected },
            }),
          ),
    onSettled,
    meta: { quiet: true },
  });
}

export function useSwitchOn(id: string) {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: (expected: number) =>
      unwrap(
        api.POST('/api/v1/auto-collect-rules/{rule_id}/activate', {
          params: { path: { rule_id: id } },
          body: { expected_count: expected },
        }),
      ),
    onSettled,
    meta: { quiet: true },
  });
}

export function useSwitchOff(id: string) {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: () =>
      unwrap(api.POST('/api/v1/auto-collect-rules/{rule_id}/deactivate', { params: { path: { rule_id: id } } })),
    onSettled,
  });
}

export function useDeleteRule() {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: async (id: string) => {
      await unwrap(api.DELETE('/api/v1/auto-collect-rules/{rule_id}', { params: { path: { rule_id: id } } }));
    },
    onSettled,
  });
}

export function useReorder() {
  const onSettled = useRefresh();
  return useMutation({
    mutationFn: (ids: string[]) => unwrap(api.POST('/api/v1/auto-collect-rules/reorder', { body: { rule_ids: ids } })),
    onSettled,
  });
}
