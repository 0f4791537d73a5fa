import '@fontsource-variable/inter/index.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './app.css';
import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createQueryClient } from './query-client';
import { createAppRouter } from './router';
import { cssVariables, theme } from './theme';

const queryClient = createQueryClient({ onLoggedOut: () => void goToLogIn() });
const router = createAppRouter(queryClient);

async function goToLogIn() {
  const { pathname, href } = router.state.location;
  if (pathname === '/log-in' || pathname === '/sign-up') return;
  queryClient.clear();
  await router.navigate({ to: '/log-in', search: { back: href } });
}

const root = document.getElementById('root');
if (!root) throw new Error('The page has no #root.');

// After an update of the server the chunks of the old page are gone: load the new page, once.
window.addEventListener('vite:preloadError', () => {
  if (sessionStorage.getItem('reloaded') === location.href) return;
  sessionStorage.setItem('reloaded', location.href);
  window.location.reload();
});

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <ModalsProvider>
          <Notifications position="bottom-right" />
          <RouterProvider router={router} />
        </ModalsProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
