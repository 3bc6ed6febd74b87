import { QueryClientProvider } from '@tanstack/react-query';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router-dom';
import { makeQueryClient } from './api/hooks';
import { PreferenceProvider } from './state/preferences';
import { makeRouter } from './routes';
import './theme/global.css';

createRoot(document.getElementById('root') as HTMLElement).render(
  <QueryClientProvider client={makeQueryClient()}>
    <PreferenceProvider>
      <RouterProvider router={makeRouter()} />
    </PreferenceProvider>
  </QueryClientProvider>,
);
