/// Links each event to the one that was published before it under the same key, so that consumers
/// notice one that is missing.
///
/// A source has one relay at a time, which publishes in commit order: it alone can say what came
/// before what. It remembers a bounded number of keys and forgets all of them when there are more,
/// or when a session begins: the next event of a key is then linked to nothing, and proves nothing.
///
/// Keys are told apart by 64 bits of SipHash under a random seed: at the limit two of them are taken
/// for one with a probability of 1 in 10⁹, and a consumer then asks for an event that it has.
struct KeyChain {
    /// Some 6 MB.
    static let limit = 200_000

    private var last: [Int: Int64] = [:]

    /// Remembers that the event at `position` is published now; gives the one before it.
    mutating func append(_ position: Int64, key: UnsafeRawBufferPointer) -> Int64? {
        var hasher = Hasher()
        hasher.combine(bytes: key)
        let key = hasher.finalize()
        if last.count >= Self.limit, last[key] == nil { last.removeAll(keepingCapacity: true) }
        return last.updateValue(position, forKey: key)
    }
}
