import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { sessionQuery } from '@/lib/session';

export const signUpQuery = queryOptions({
  queryKey: ['accounts', 'sign-up'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/accounts/sign-up', { signal })),
});

export interface NewAccount {
  firm_name: string;
  time_zone: string;
  name: string;
  email: string;
  password: string;
}

export function useCreateAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewAccount) => unwrap(api.POST('/api/v1/accounts', { body })),
    onSuccess: (session) => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, session);
    },
    meta: { quiet: true },
  });
}

export function useLogIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { email: string; password: string }) => unwrap(api.POST('/api/v1/sessions', { body })),
    onSuccess: (session) => {
      client.clear();
      client.setQueryData(sessionQuery.queryKey, session);
    },
    meta: { quiet: true },
  });
}

export function useLogOut() {
  return useMutation({
    mutationFn: async () => {
      await unwrap(api.DELETE('/api/v1/sessions/current'));
    },
  });
}
