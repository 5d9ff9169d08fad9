/// Where a version of a row stands in its table: Postgres' `ctid`
/// (https://www.postgresql.org/docs/15/ddl-system-columns.html).
///
/// It finds the row without an index, but only for as long as nobody changes it: within the
/// transaction that has locked it, until that updates it.
public struct TupleID: RawRepresentable, Hashable, Sendable {
    /// The number of the block, times 65,536, plus the number of the item in it.
    public let rawValue: UInt64

    /// Takes a number below 2^48.
    public init?(rawValue: UInt64) {
        guard rawValue < 1 << 48 else { return nil }
        self.rawValue = rawValue
    }
}

extension TupleID: BindableScalar {
    public static var elementType: ElementType {
        ElementType(oid: TypeOID.tid, arrayOID: TypeOID.tidArray)
    }

    public func encode(into bytes: inout [UInt8]) {
        bytes.appendBigEndian(UInt32(truncatingIfNeeded: rawValue >> 16))
        bytes.appendBigEndian(UInt16(truncatingIfNeeded: rawValue))
    }
}

extension TupleID: ReadableScalar {
    public static func read(from cell: Cell) throws(PostgresError) -> TupleID {
        let bytes = try cell.nonNull()
        guard cell.type == TypeOID.tid, bytes.count == 6 else {
            throw cell.mismatch(TupleID.self)
        }
        let block = UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self))
        let item = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self))
        return TupleID(block: block, item: item)
    }

    private init(block: UInt32, item: UInt16) {
        rawValue = UInt64(block) << 16 | UInt64(item)
    }
}
