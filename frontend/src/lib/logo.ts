import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';

/** The firm's logo as an address a page can show; null without one. */
export const logoQuery = queryOptions({
  queryKey: ['firm', 'logo'],
  queryFn: async ({ signal }) => (await unwrap(api.GET('/api/v1/firm/logo', { signal }))).data_url,
  staleTime: 5 * 60_000,
});

/** How a mail refers to the logo that travels with it. */
export const LOGO_IN_MAIL = 'cid:logo';
const BY_NAME = /<img[^>]*src="cid:logo"[^>]*alt="([^"]*)"[^>]*>/g;

/** A mail's HTML with the logo in it; without a logo the name stands in its place. */
export function withLogo(html: string, logo: string | null): string {
  return logo === null ? html.replace(BY_NAME, '$1') : html.replaceAll(LOGO_IN_MAIL, logo);
}
