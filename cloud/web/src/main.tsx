import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { CivicWatt } from "./CivicWatt";
import { PreferencesProvider } from "./preferences";
import "./styles/base.css";
import "./styles/notices.css";
import "./styles/account.css";
import "./styles/indicators.css";
import "./styles/labels.css";
import "./styles/pages.css";
import "./styles/parts.css";
import "./styles/plans.css";
import "./styles/records.css";
import "./styles/returns.css";
import "./styles/sheet.css";
import "./styles/targets.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <PreferencesProvider>
      <CivicWatt />
    </PreferencesProvider>
  </StrictMode>,
);
