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
            { path: '/indicators/plans', lazy: () => import('./pages/plans/AssessmentPage') },
            { path: '/indicators/figures', lazy: () => import('./pages/figures/FiguresPage') },
            { path: '/indicators/reports', lazy: () => import('./pages/chapters/ChaptersPage') },
            { path: '/indicators/reports/:id', lazy: () => import('./pages/chapters/ChapterPage') },
            { path: '/indicators/plan-check', lazy: () => import('./pages/plans/PlanCheckPage') },
            { path: '/indicators/computed', lazy: () => import('./pages/measures/MeasuresPage') },
            { path: '/indicators/computed/:id', lazy: () => import('./pages/measures/MeasurePage') },
            { path: '/indicators/computed/:id/residents', lazy: () => import('./pages/measures/MeasureResidentsPage') },
            { path: '/tasks', lazy: () => import('./pages/tasks/TasksPage') },
            { path: '/tasks/new/:flow', lazy: () => import('./pages/tasks/StartPage') },
            { path: '/tasks/:id', lazy: () => import('./pages/tasks/TaskPage') },
            { path: '/roster', lazy: () => import('./pages/roster/RosterPage') },
            { path: '/signals', lazy: () => import('./pages/signals/SignalsPage') },
            { path: '/signals/tuning', lazy: () => import('./pages/tuning/TuningPage') },
            { path: '/cards', lazy: () => import('./pages/cards/CardsPage') },
            { path: '/outbreaks', lazy: () => import('./pages/outbreaks/OutbreaksPage') },
            { path: '/outbreaks/:id', lazy: () => import('./pages/outbreaks/EventPage') },
            { path: '/messages', lazy: () => import('./pages/messages/MessagesPage') },
            { path: '/system/flows', lazy: () => import('./pages/flows/FlowsPage') },
            { path: '/programmes', lazy: () => import('./pages/programmes/ProgrammesPage') },
            { path: '/programmes/visit/:id', lazy: () => import('./pages/programmes/VisitPage') },
            { path: '/residents', lazy: () => import('./pages/residents/ResidentsPage') },
            { path: '/residents/:id', lazy: () => import('./pages/residents/ResidentPage') },
            { path: '/deliveries', lazy: () => import('./pages/deliveries/DeliveriesPage') },
            { path: '/deliveries/:id', lazy: () => import('./pages/deliveries/DeliveryPage') },
            { path: '/system', lazy: () => import('./pages/system/SystemPage') },
            { path: '/system/users', lazy: () => import('./pages/users/UsersPage') },
            { path: '/system/audit', lazy: () => import('./pages/audit/AuditPage') },
            { path: '/system/policy', lazy: () => import('./pages/policy/PolicyPage') },
            { path: '/system/unrelated', lazy: () => import('./pages/breakglass/UnrelatedPage') },
            { path: '/system/break-glass', lazy: () => import('./pages/breakglass/BreakGlassPage') },
            { path: '/account', lazy: () => import('./pages/account/AccountPage') },
            { path: '*', element: <NotFound /> },
          ],
        },
      ],
    },
  ]);
}
