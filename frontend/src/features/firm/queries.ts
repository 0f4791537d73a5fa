import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { ApiError } from '@/api/problem';
import type { SenderInput, SendingRulesUpdate } from '@/api/types';
import type { paths } from '@/api/schema.gen';
import { logoQuery } from '@/lib/logo';

const LARGEST_LOGO = 200 * 1024;

export type FirmUpdate = NonNullable<paths['/api/v1/firm']['patch']['requestBody']>['content']['application/json'];

export const setupQuery = queryOptions({
  queryKey: ['firm', 'setup'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/firm/setup', { signal })),
});

export const firmQuery = queryOptions({
  queryKey: ['firm', 'company'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/firm', { signal })),
});

export const sendingRulesQuery = queryOptions({
  queryKey: ['firm', 'sending-rules'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/firm/sending-rules', { signal })),
});

export const senderQuery = queryOptions({
  queryKey: ['firm', 'sender'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/firm/sender', { signal })),
});

export function useUpdateFirm() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: FirmUpdate) => unwrap(api.PATCH('/api/v1/firm', { body })),
    onSuccess: (firm) => {
      client.setQueryData(firmQuery.queryKey, firm);
      void client.invalidateQueries({ queryKey: ['sessions'] });
      void client.invalidateQueries({ queryKey: setupQuery.queryKey });
    },
  });
}

function asBase64(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(new ApiError(0, 'unreadable', 'The file could not be read.'));
    reader.readAsDataURL(file);
  });
}

export function useSaveLogo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (file: File) => {
      if (file.size > LARGEST_LOGO) throw new ApiError(422, 'too_large', 'The file is larger than 200 KB. Please choose a smaller one.');
      return unwrap(api.PUT('/api/v1/firm/logo', { body: { file: await asBase64(file) } }));
    },
    onSuccess: ({ data_url }) => client.setQueryData(logoQuery.queryKey, data_url),
    meta: { quiet: true },
  });
}

export function useRemoveLogo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      await unwrap(api.DELETE('/api/v1/firm/logo'));
    },
    onSuccess: () => client.setQueryData(logoQuery.queryKey, null),
  });
}

export function useUpdateSendingRules() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SendingRulesUpdate) => unwrap(api.PATCH('/api/v1/firm/sending-rules', { body })),
    onSuccess: (rules) => {
      client.setQueryData(sendingRulesQuery.queryKey, rules);
      // Rules move every plan: whatever shows days of mails is read again.
      void client.invalidateQueries();
    },
  });
}

export function useUpdateSender() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SenderInput) => unwrap(api.PUT('/api/v1/firm/sender', { body })),
    onSuccess: (sender) => {
      client.setQueryData(senderQuery.queryKey, sender);
      void client.invalidateQueries({ queryKey: setupQuery.queryKey });
    },
  });
}

export function useSendVerification() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/firm/sender/verification')),
    onSuccess: () => client.invalidateQueries({ queryKey: senderQuery.queryKey }),
  });
}
