import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { isLoggedOut } from './api/problem';
import { sessionQuery } from './lib/session';
import type { RouterContext } from './router-context';
import { NotFound, PageLoading, RouteError, Root } from './routes/root';
import { parseClioSearch, parseInvoiceSearch, parsePaymentSearch, parseRefusal, parseReportSearch, parseSearch, parseStartSearch, parseToDoSearch, stringifySearch, text } from './routes/search';

const rootRoute = createRootRouteWithContext<RouterContext>()({ component: Root, notFoundComponent: NotFound });

const logIn = createRoute({
  getParentRoute: () => rootRoute,
  path: '/log-in',
  validateSearch: (search: Record<string, unknown>): { back?: string } => ({ back: text(search.back) }),
  component: lazyRouteComponent(() => import('./routes/log-in')),
});

const signUp = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  component: lazyRouteComponent(() => import('./routes/sign-up')),
});

/** Everything below needs a session; without one to the log-in page, and back afterwards. */
const staff = createRoute({
  getParentRoute: () => rootRoute,
  id: 'staff',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(sessionQuery);
    } catch (error) {
      if (isLoggedOut(error)) {
        // A router's redirect is thrown, it is no error.
         
        throw redirect({ to: '/log-in', search: { back: location.href === '/' ? undefined : location.href } });
      }
      throw error;
    }
  },
});

const welcome = createRoute({
  getParentRoute: () => staff,
  path: '/welcome',
  validateSearch: parseRefusal,
  component: lazyRouteComponent(() => import('./routes/welcome')),
});

const shell = createRoute({
  getParentRoute: () => staff,
  id: 'shell',
  component: lazyRouteComponent(() => import('./routes/app-shell')),
});

const inShell = { getParentRoute: () => shell } as const;

const today = createRoute({ ...inShell, path: '/', component: lazyRouteComponent(() => import('./routes/today')) });

const invoices = createRoute({
  ...inShell,
  path: '/invoices',
  validateSearch: parseInvoiceSearch,
  component: lazyRouteComponent(() => import('./routes/invoices')),
});
const invoice = createRoute({
  ...inShell,
  path: '/invoices/$invoiceId',
  component: lazyRouteComponent(() => import('./routes/invoice')),
});
const startCollection = createRoute({
  ...inShell,
  path: '/collections/start',
  validateSearch: parseStartSearch,
  component: lazyRouteComponent(() => import('./routes/collection-start')),
});
const reminderSets = createRoute({
  ...inShell,
  path: '/reminder-sets',
  component: lazyRouteComponent(() => import('./routes/reminder-sets')),
});
const newReminderSet = createRoute({
  ...inShell,
  path: '/reminder-sets/new',
  validateSearch: (search: Record<string, unknown>): { from?: string } => ({ from: text(search.from) }),
  component: lazyRouteComponent(() => import('./routes/reminder-set-new')),
});
const reminderSet = createRoute({
  ...inShell,
  path: '/reminder-sets/$setId',
  component: lazyRouteComponent(() => import('./routes/reminder-set')),
});
const autoCollect = createRoute({ ...inShell, path: '/auto-collect', component: lazyRouteComponent(() => import('./routes/auto-collect')) });
const autoCollectRule = createRoute({ ...inShell, path: '/auto-collect/$ruleId', component: lazyRouteComponent(() => import('./routes/auto-collect-rule')) });
const payments = createRoute({
  ...inShell,
  path: '/payments',
  validateSearch: parsePaymentSearch,
  component: lazyRouteComponent(() => import('./routes/payments')),
});
const payment = createRoute({ ...inShell, path: '/payments/$paymentId', component: lazyRouteComponent(() => import('./routes/payment')) });
const reports = createRoute({ ...inShell, path: '/reports', validateSearch: parseReportSearch, component: lazyRouteComponent(() => import('./routes/reports')) });
const toDo = createRoute({
  ...inShell,
  path: '/to-do',
  validateSearch: parseToDoSearch,
  component: lazyRouteComponent(() => import('./routes/to-do')),
});
const client = createRoute({
  ...inShell,
  path: '/clients/$clientId',
  component: lazyRouteComponent(() => import('./routes/client')),
});

const settings = createRoute({
  ...inShell,
  path: '/settings',
  component: lazyRouteComponent(() => import('./routes/settings/layout')),
});
const inSettings = { getParentRoute: () => settings } as const;
const settingsHome = createRoute({
  ...inSettings,
  path: '/',
  beforeLoad: () => {
     
    throw redirect({ to: '/settings/company', replace: true });
  },
});
const company = createRoute({
  ...inSettings,
  path: '/company',
  component: lazyRouteComponent(() => import('./routes/settings/company')),
});
const emailSettings = createRoute({
  ...inSettings,
  path: '/email',
  component: lazyRouteComponent(() => import('./routes/settings/email')),
});
const sendingRules = createRoute({
  ...inSettings,
  path: '/sending-rules',
  component: lazyRouteComponent(() => import('./routes/settings/sending-rules')),
});
const clio = createRoute({
  ...inSettings,
  path: '/clio',
  validateSearch: parseClioSearch,
  component: lazyRouteComponent(() => import('./routes/settings/clio')),
});
const sync = createRoute({
  ...inSettings,
  path: '/sync',
  component: lazyRouteComponent(() => import('./routes/settings/sync')),
});
const stripe = createRoute({
  ...inSettings,
  path: '/stripe',
  component: lazyRouteComponent(() => import('./routes/settings/stripe')),
});
const health = createRoute({ ...inSettings, path: '/health', component: lazyRouteComponent(() => import('./routes/settings/health')) });
const account = createRoute({
  ...inSettings,
  path: '/account',
  component: lazyRouteComponent(() => import('./routes/settings/account')),
});

const routeTree = rootRoute.addChildren([
  logIn,
  signUp,
  staff.addChildren([
    welcome,
    shell.addChildren([
      today,
      invoices,
      invoice,
      startCollection,
      reminderSets, newReminderSet, reminderSet,
      autoCollect, autoCollectRule,
      payments,
      payment,
      reports,
      toDo,
      client,
      settings.addChildren([settingsHome, company, emailSettings, sendingRules, clio, sync, stripe, health, account]),
    ]),
  ]),
]);

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    defaultPreload: 'intent',
    defaultPendingMs: 400,
    defaultErrorComponent: RouteError,
    defaultPendingComponent: PageLoading,
    scrollRestoration: true,
    parseSearch,
    stringifySearch,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
