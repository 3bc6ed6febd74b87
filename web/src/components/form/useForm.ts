import { useCallback, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useDebounced } from '../../state/useDebounced';
import { findIssues, hubIssues, type Issue } from './check';
import { readForm, allItems, type FormDefinition } from './definition';
import { drafts, newKey, type Draft } from './drafts';
import type { HubIssue, Questionnaire, QuestionnaireResponse } from './fhir';
import { initialFill, readResponse, takeCalculated, writeResponse, type Fill, type Written } from './model';

const settleMs = 600; // of typing, before the hub is asked and the draft is kept

export interface Checked {
  response: QuestionnaireResponse;
  issues: HubIssue[];
  disabled?: string[];
}

interface Props {
  questionnaire: Questionnaire;
  /** to begin with */
  start: QuestionnaireResponse | null;
  user: string;
  /** what is filled in: a draft belongs to it */
  place: string;
  check: (response: QuestionnaireResponse) => Promise<Checked>;
}

export interface FormState {
  id: string;
  form: FormDefinition;
  fill: Fill;
  disabled: ReadonlySet<string>;
  reason: string;
  key: string;
  /** of what was restored, milliseconds; 0: nothing was */
  restored: number;
  keptAt: number;
  /** all issues of the page and the hub, whether shown or not */
  issues: readonly Issue[];
  shown: (path: string) => readonly Issue[];
  change: (path: string, next: (fill: Fill) => Fill) => void;
  left: (path: string) => void;
  setReason: (text: string) => void;
  startOver: () => void;
  /** The response to send, or null: then the first fault is focused. */
  finish: () => Written | null;
  refuse: (issues: readonly HubIssue[], written: Written) => void;
  /** What was sent is no draft any more. */
  sent: () => Promise<void>;
}

/** A form that is being filled in: its answers, their faults, what the hub calculates, its draft. Null while the draft is looked for. */
export function useForm({ questionnaire, start, user, place, check }: Props): FormState | null {
  const id = useId();
  const form = useMemo(() => readForm(questionnaire), [questionnaire]);
  const fresh = useMemo(() => (start?.item ? readResponse(form, start) : initialFill(form.items)), [form, start]);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [restored, setRestored] = useState(0);
  const [keptAt, setKeptAt] = useState(0);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [all, setAll] = useState(false);
  const [fromHub, setFromHub] = useState<readonly Issue[]>([]);
  const [disabled, setDisabled] = useState<ReadonlySet<string>>(new Set());
  const over = useRef(false);

  useEffect(() => {
    let ended = false;
    over.current = false;
    void drafts.read(user, place, form.canonical).catch(() => undefined).then((found) => {
      if (ended) return;
      setRestored(found?.at ?? 0);
      setKeptAt(found?.at ?? 0);
      setTouched(new Set());
      setAll(false);
      setFromHub([]);
      setDraft(found ?? { user, place, form: form.canonical, fill: fresh, reason: '', key: newKey(), at: 0 });
    });
    return () => {
      ended = true;
    };
  }, [user, place, form, fresh]);

  useKeeping(draft, over, setKeptAt);
  useHubCheck(form, draft, disabled, check, { setDraft, setFromHub, setDisabled });

  const own = useMemo(() => (draft ? findIssues(form, draft.fill, disabled) : []), [form, draft, disabled]);
  const issues = useMemo(() => [...own, ...fromHub], [own, fromHub]);
  const shown = useCallback(
    (path: string) => issues.filter((one) => one.path === path && (all || one.rule === 'said' || touched.has(path))),
    [issues, all, touched],
  );
  const change = useCallback((path: string, next: (fill: Fill) => Fill) => {
    setFromHub((now) => now.filter((one) => one.path !== path));
    setDraft((now) => now && { ...now, fill: next(now.fill), at: Date.now() });
  }, []);
  const left = useCallback((path: string) => setTouched((now) => (now.has(path) ? now : new Set([...now, path]))), []);
  const setReason = useCallback((reason: string) => setDraft((now) => now && { ...now, reason, at: Date.now() }), []);
  const startOver = useCallback(() => {
    void drafts.forget(user, place);
    setRestored(0);
    setKeptAt(0);
    setTouched(new Set());
    setAll(false);
    setFromHub([]);
    setDraft({ user, place, form: form.canonical, fill: fresh, reason: '', key: newKey(), at: 0 });
  }, [user, place, form, fresh]);

  if (!draft || draft.place !== place) return null;
  return {
    id, form, fill: draft.fill, disabled, reason: draft.reason, key: draft.key, restored, keptAt, issues, shown, change, left, setReason, startOver,
    finish: () => {
      setAll(true);
      const wrong = own.find(({ severity }) => severity === 'error');
      if (wrong) {
        window.setTimeout(() => focusField(id, wrong.path), 0);
        return null;
      }
      return writeResponse(form, draft.fill, { status: 'completed', authored: new Date().toISOString(), disabled });
    },
    refuse: (said, written) => {
      const found = hubIssues(form, said, written.paths, own);
      setAll(true);
      setFromHub(found);
      window.setTimeout(() => focusField(id, found[0]?.path ?? ''), 0);
    },
    sent: async () => {
      over.current = true;
      setRestored(0);
      setKeptAt(0);
      await drafts.forget(user, place);
    },
  };
}

/** The draft is kept when typing stands still, and when the page goes out of sight. */
function useKeeping(draft: Draft | null, over: { current: boolean }, onKept: (at: number) => void) {
  const settled = useDebounced(draft, settleMs);
  const latest = useRef(draft);
  latest.current = draft;
  const keptFor = useRef(0);
  const keep = useCallback(
    (one: Draft | null) => {
      if (!one || one.at === 0 || over.current || one.at === keptFor.current) return;
      keptFor.current = one.at;
      void drafts.keep(one).then(() => onKept(one.at), () => undefined);
    },
    [over, onKept],
  );
  useEffect(() => keep(settled), [settled, keep]);
  useEffect(() => {
    const hide = () => keep(latest.current);
    document.addEventListener('visibilitychange', hide);
    return () => {
      document.removeEventListener('visibilitychange', hide);
      hide();
    };
  }, [keep]);
}

interface Takers {
  setDraft: (change: (now: Draft | null) => Draft | null) => void;
  setFromHub: (issues: readonly Issue[]) => void;
  setDisabled: (paths: ReadonlySet<string>) => void;
}

/** Expressions are the hub's: it calculates, and says what a constraint refuses. Without a line the page goes on without. */
function useHubCheck(form: FormDefinition, draft: Draft | null, disabled: ReadonlySet<string>, check: Props['check'], takers: Takers) {
  const fill = draft?.fill;
  const settled = useDebounced(fill, settleMs);
  const asks = useMemo(
    () => form.constraints.length > 0 || allItems(form.items).some((one) => one.calculated || one.enableExpression || one.constraints.length > 0),
    [form],
  );
  const to = useRef({ check, takers, disabled });
  to.current = { check, takers, disabled };
  const asked = useRef('');
  const turns = useRef(0);
  useEffect(() => {
    if (!asks || !settled) return;
    const written = writeResponse(form, settled, { status: 'in-progress', disabled: to.current.disabled });
    const body = JSON.stringify(written.response);
    if (body === asked.current) return;
    asked.current = body;
    const turn = (turns.current += 1);
    void to.current.check(written.response).then(
      (answer) => {
        if (turn !== turns.current) return; // something newer was asked
        const { takers: take } = to.current;
        take.setDraft((now) => now && { ...now, fill: takeCalculated(form, now.fill, answer.response) });
        take.setFromHub(hubIssues(form, answer.issues.filter(({ rule }) => rule === 'constraint'), written.paths, []));
        const off = (answer.disabled ?? []).flatMap((path) => written.paths.get(path) ?? path);
        take.setDisabled(new Set(off));
      },
      () => undefined, // what it would have said is said when the form is sent
    );
  }, [asks, form, settled]);
}

export const fieldId = (form: string, path: string): string => `${form}-${path.replace(/[^\w-]/g, '.')}`;

/** A place that cannot be focused itself (a group, a set of choices) gives it to its first control. */
export function focusField(form: string, path: string): void {
  const field = document.getElementById(path === '' ? `${form}-faults` : fieldId(form, path));
  const control = field?.matches('input,textarea,button,[tabindex]') ? field : field?.querySelector<HTMLElement>('input,textarea,button,[tabindex]');
  (control ?? field)?.focus();
  field?.scrollIntoView({ block: 'center' });
}
