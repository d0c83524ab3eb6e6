-- A role that reads consumption and what it belongs to, and no account, session, audit row or message.
-- Run by a superuser: psql --set=password=… --file=grafana-reader.sql civicwatt
CREATE ROLE grafana LOGIN PASSWORD :'password';
GRANT CONNECT ON DATABASE civicwatt TO grafana;
GRANT USAGE ON SCHEMA public TO grafana;
GRANT SELECT ON ledger_hour, ledger_day, ledger_month, point, gateway, region, institution, building, denominator TO grafana;
