/// Rows that a transaction changes: itself sees that at once, everybody else when it commits.
struct Table<Key: Hashable, Row> {
    private(set) var rows: [Key: Row] = [:]
    private var staged: [Key: Row] = [:]

    subscript(key: Key) -> Row? {
        get { staged[key] ?? rows[key] }
        set { staged[key] = newValue }
    }

    mutating func commit() {
        for (key, row) in staged { rows[key] = row }
        staged.removeAll(keepingCapacity: true)
    }

    mutating func rollBack() {
        staged.removeAll(keepingCapacity: true)
    }
}

/// Rows that are only ever appended, in the order of their commits.
struct Log<Row> {
    private(set) var rows: [Row] = []
    private var staged: [Row] = []

    mutating func append(_ row: Row) { staged.append(row) }

    mutating func commit() {
        rows += staged
        staged.removeAll(keepingCapacity: true)
    }

    mutating func rollBack() {
        staged.removeAll(keepingCapacity: true)
    }
}
