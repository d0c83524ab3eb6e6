"""The administration of the demo's city: rooms, repairs, vehicles, PV, and what is wrong among them."""

from sqlalchemy import select

from civicwatt.demo import sun
from civicwatt.demo.plant import Plant
from civicwatt.demo.registry import open_cloud
from civicwatt_cloud.kit.directory import Institution
from civicwatt_cloud.kit.files.store import Store
from civicwatt_cloud.kit.jobs import PLATFORM
from civicwatt_cloud.kit.records.context import Context
from civicwatt_cloud.modules.certification import demo as certification
from civicwatt_cloud.modules.fleet.demo import city as fleet
from civicwatt_cloud.modules.housing import demo as housing
from civicwatt_cloud.modules.housing.models import Yard
from civicwatt_cloud.modules.pv import demo as pv
from civicwatt_cloud.modules.returns import demo as returns
from civicwatt_cloud.modules.upkeep import demo as upkeep


def furnish(plant: Plant) -> None:
    """Fill the modules once; a later start finds what people have made of it."""
    with open_cloud(plant) as cloud, cloud.database.session() as session:
        if session.scalar(select(Yard.id).limit(1)) is not None:
            return
        context = Context(session, PLATFORM, cloud.settings.zone, plant.clock.now_us())
        city = session.scalars(select(Institution).order_by(Institution.id)).all()
        housing.fill(context, city, Store(cloud.settings.files_path))
        upkeep.fill(context, city)
        fleet.fill(context, city)
        certification.fill(context, city)
        returns.fill(context, city)
        pv.fill(context, city, sun.months_before(context.today, plant.city.seed))
