/// Links each event to the one that was published before it under the same key, so that consumers
/// notice one that is missing.
///
/// A source has one relay at a time, which publishes in commit order: it alone can say what came
/// before what. It remembers a bounded number of keys and forgets all of them when there are more,
/// or when a session begins: the next event of a key is then linked to nothing, and proves nothing.
struct KeyChain {
    /// Some 20 MB, a key being a prefixed UUID.
    static let limit = 200_000

    private var last: [[UInt8]: Int64] = [:]

    /// Remembers that the event at `position` is published now; gives the one before it.
    mutating func append(_ position: Int64, key: UnsafeRawBufferPointer) -> Int64? {
        let key = [UInt8](key)
        if last.count >= Self.limit, last[key] == nil { last.removeAll(keepingCapacity: true) }
        return last.updateValue(position, forKey: key)
    }
}
