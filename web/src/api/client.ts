import type { ApiErrorBody } from './types';

/** A refused or failed request, with what the hub said in both languages. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly messageZh: string,
    readonly where: string,
    /** of a form that does not hold: what is wrong with which answer */
    readonly issues: readonly unknown[] = [],
  ) {
    super(message);
  }
}

export type QueryValue = string | number | boolean | null | undefined;

let csrfToken = '';

/** The session's token, which every request that changes something repeats. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

const changing = (): Record<string, string> => (csrfToken ? { 'X-CSRF-Token': csrfToken } : {});

/** path?a=1&b=2 without the empty values, in the given order. */
export function withQuery(path: string, query: Record<string, QueryValue>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `${path}?${text}` : path;
}

/** The hub's error body, or a plain one when something else answered. */
export function readError(status: number, body: string): ApiError {
  try {
    const { error } = JSON.parse(body) as ApiErrorBody & { error: { issues?: unknown[] } };
    return new ApiError(status, error.code, error.message, error.messageZh ?? '', error.where ?? '', error.issues ?? []);
  } catch {
    return new ApiError(status, 'unavailable', `HTTP ${status}`, '', '');
  }
}

async function askText(path: string, init?: RequestInit): Promise<string> {
  let response: Response;
  try {
    response = await fetch(path, { headers: { Accept: 'application/json' }, ...init });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'unreachable', 'unreachable', '', '');
  }
  if (!response.ok) throw readError(response.status, await response.text());
  return response.text();
}

async function ask<T>(path: string, init?: RequestInit): Promise<T> {
  return JSON.parse(await askText(path, init)) as T;
}

/** The answer and the text it came as. */
export async function getWithText<T>(path: string, signal?: AbortSignal): Promise<{ data: T; text: string }> {
  const text = await askText(path, { signal });
  return { data: JSON.parse(text) as T, text };
}

export function get<T>(path: string, query: Record<string, QueryValue> = {}, signal?: AbortSignal) {
  return ask<T>(withQuery(path, query), { signal });
}

function send<T>(method: string, path: string, body: unknown): Promise<T> {
  return ask<T>(path, {
    method,
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...changing() },
    body: JSON.stringify(body),
  });
}

export const post = <T>(path: string, body: unknown = {}): Promise<T> => send<T>('POST', path, body);
export const put = <T>(path: string, body: unknown): Promise<T> => send<T>('PUT', path, body);

export function remove<T>(path: string): Promise<T> {
  return ask<T>(path, { method: 'DELETE', headers: { Accept: 'application/json', ...changing() } });
}

export interface Upload<T> {
  done: Promise<T>;
  cancel: () => void;
}

/** Sends a file as the raw body; `onProgress` gets the sent share, 0…1. */
export function upload<T>(path: string, file: File, onProgress: (share: number) => void): Upload<T> {
  const request = new XMLHttpRequest();
  const done = new Promise<T>((resolve, reject) => {
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as T);
      else reject(readError(request.status, request.responseText));
    };
    request.onerror = () => reject(new ApiError(0, 'unreachable', 'unreachable', '', ''));
    request.onabort = () => reject(new ApiError(0, 'cancelled', 'cancelled', '', ''));
    request.open('POST', path);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [name, value] of Object.entries(changing())) request.setRequestHeader(name, value);
    request.send(file);
  });
  return { done, cancel: () => request.abort() };
}
