import ServiceHost

extension PageOf {
    /// A page of rows that were read with one more than `limit`, which tells whether there is more.
    init(_ rows: [Item], limit: Int, cursor: (Item) -> String) {
        let data = Array(rows.prefix(limit))
        self.init(data: data, nextCursor: rows.count > limit ? data.last.map(cursor) : nil)
    }
}
