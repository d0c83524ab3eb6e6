-- A role that reads consumption and what it belongs to, and no account, session, audit row or message.
-- psql --set=password="$(cat secrets/grafana_reader_password)" --file=postgres/grafana-reader.sql postgresql://civicwatt@127.0.0.1/civicwatt
CREATE ROLE grafana LOGIN PASSWORD :'password';
GRANT CONNECT ON DATABASE civicwatt TO grafana;
GRANT USAGE ON SCHEMA public TO grafana;
GRANT SELECT ON ledger_hour, ledger_day, ledger_month, point, gateway, region, institution, building, denominator TO grafana;
