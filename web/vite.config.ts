import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The browser talks to the health hub only; during `npm run dev` requests go to a running one.
const hub = process.env.HB_SERVER ?? 'http://127.0.0.1:8080';

/** Which shared file a module belongs to, so that a page change does not re-download a library. */
function sharedChunk(id: string): string | undefined {
  if (!id.includes('node_modules')) return undefined;
  if (/node_modules\/(echarts|zrender)\//.test(id)) return 'charts';
  if (/node_modules\/(react|react-dom|scheduler|react-router|react-router-dom|@remix-run)\//.test(id)) {
    return 'react';
  }
  return undefined;
}

export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': { target: hub, changeOrigin: true } } },
  build: {
    target: 'es2021',
    chunkSizeWarningLimit: 900,
    rollupOptions: { output: { manualChunks: sharedChunk } },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'node' },
});
