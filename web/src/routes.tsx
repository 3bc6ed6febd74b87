import { createBrowserRouter } from 'react-router-dom';
import { Shell } from './shell/Shell';
import { NotFound, RouteFailure } from './shell/Failure';

/** One bundle per page; the shell stands while a page's bundle arrives. */
export function makeRouter() {
  return createBrowserRouter([
    {
      element: <Shell />,
      children: [
        {
          errorElement: <RouteFailure />,
          children: [
            { path: '/', lazy: () => import('./pages/cockpit/CockpitPage') },
            { path: '/indicators', lazy: () => import('./pages/indicators/IndicatorsPage') },
            { path: '/residents', lazy: () => import('./pages/residents/ResidentsPage') },
            { path: '/residents/:id', lazy: () => import('./pages/residents/ResidentPage') },
            { path: '/deliveries', lazy: () => import('./pages/deliveries/DeliveriesPage') },
            { path: '/deliveries/:id', lazy: () => import('./pages/deliveries/DeliveryPage') },
            { path: '/system', lazy: () => import('./pages/system/SystemPage') },
            { path: '*', element: <NotFound /> },
          ],
        },
      ],
    },
  ]);
}
