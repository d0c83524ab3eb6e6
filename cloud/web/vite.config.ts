import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The build lands inside the Python package, so that the wheel carries it and no user needs node.
export default defineConfig({
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../src/civicwatt_cloud/web_dist",
    emptyOutDir: true,
    chunkSizeWarningLimit: 1500,
  },
  server: { proxy: { "/api": "http://127.0.0.1:8000" } },
});
