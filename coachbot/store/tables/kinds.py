"""The kinds of columns, and the one base of all tables."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Integer, LargeBinary, MetaData
from sqlalchemy import Table as CoreTable
from sqlalchemy import Text as CoreText
from sqlalchemy import text as sql_text
from sqlmodel import Field, SQLModel

#: 63-bit ids; on SQLite the row id itself, so that no second index is kept.
Id = BigInteger().with_variant(Integer, "sqlite")
#: Text by its bytes: it sorts alike in both databases, and no update of a system's sorting rules breaks an index.
Text = CoreText().with_variant(CoreText(collation="C"), "postgresql")


#: Constraints have names, so that later migrations can change them.
_NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}


class Base(SQLModel):
    """The models of coachbot, with metadata of their own."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=_NAMES)


def table(model: type[SQLModel]) -> CoreTable:
    """The Core table of a model."""
    core: CoreTable = model.__table__  # type: ignore[attr-defined]
    return core


def row_id() -> Any:
    """The id of a row, given by us."""
    return Field(sa_column=Column("id", Id, primary_key=True, autoincrement=False))


def ref(name: str, target: str, *, key: bool = False, index: bool = False, kind: Any = Text) -> Any:
    """A foreign key, checked when the transaction ends, so that the order of writing does not matter."""
    reference = ForeignKey(target, deferrable=True, initially="DEFERRED")
    return Field(sa_column=Column(name, kind, reference, primary_key=key, nullable=False, index=index))


def patient(*, key: bool = False, index: bool = False) -> Any:
    """Whose row it is."""
    return ref("patient", "patient.id", key=key, index=index)


def text(*, key: bool = False, unique: bool = False) -> Any:
    """Plain text that names nobody."""
    return Field(sa_type=Text, primary_key=key, unique=unique)


def sealed() -> Any:
    """Bytes that only the patient's key opens."""
    return Field(sa_type=LargeBinary)


def micros() -> Any:
    """A moment (`coachbot.store.columns`)."""
    return Field(sa_type=BigInteger)


def maybe(kind: Any) -> Any:
    """A value that may be missing."""
    return Field(default=None, sa_type=kind, nullable=True)


def real() -> Any:
    """Seconds of real time since the epoch."""
    return Field(sa_type=Float)


def where(condition: str) -> dict[str, Any]:
    """A partial index, in the dialects that have it."""
    return {"sqlite_where": sql_text(condition), "postgresql_where": sql_text(condition)}
