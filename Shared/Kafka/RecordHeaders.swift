import CKafka

/// The headers of one record, gathered in one reusable buffer.
///
/// Made for loops that publish many records: after the first few, nothing is allocated.
public struct RecordHeaders: Sendable {
    private struct Entry {
        let name: Range<Int>
        let value: Range<Int>
    }

    /// Each name, followed by its value.
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// How many of the first entries stay when the others are forgotten.
    private var kept = (entries: 0, bytes: 0)

    public init() {}

    public var count: Int { entries.count }

    /// Forgets the headers, but for those that were there at `keep`, and keeps the room.
    public mutating func removeAll() {
        bytes.removeSubrange(kept.bytes...)
        entries.removeSubrange(kept.entries...)
    }

    /// What is there now is in every record from now on.
    public mutating func keep() { kept = (entries.count, bytes.count) }

    /// Adds a header. `name` must not contain a NUL.
    public mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let start = bytes.count
        bytes.append(contentsOf: name)
        let middle = bytes.count
        bytes.append(contentsOf: value)
        entries.append(Entry(name: start..<middle, value: middle..<bytes.count))
    }

    /// Adds a header. `name` must not contain a NUL.
    public mutating func append(_ name: String, _ value: UnsafeRawBufferPointer) {
        var name = name
        name.withUTF8 { append(UnsafeRawBufferPointer($0), value) }
    }

    /// Adds a header. `name` must not contain a NUL.
    public mutating func append(_ name: String, _ value: String) {
        var value = value
        value.withUTF8 { append(name, UnsafeRawBufferPointer($0)) }
    }

    /// The size of a batch that holds nothing but a record with these headers, and with a key and a
    /// value of so many bytes: what a broker compares with a topic's `max.message.bytes`, unless the
    /// batch is compressed.
    public func batchSize(key: Int, value: Int) -> Int {
        // In the record: attributes, and the distances from the batch's time and offset.
        var record = 3 + Self.prefixed(key) + Self.prefixed(value) + Self.prefix(entries.count)
        for entry in entries {
            record += Self.prefixed(entry.name.count) + Self.prefixed(entry.value.count)
        }
        return 61 + Self.prefixed(record)
    }

    private static func prefixed(_ count: Int) -> Int { prefix(count) + count }

    /// The length of a number as Kafka writes it: 7 bits a byte, the lowest for the sign.
    private static func prefix(_ count: Int) -> Int {
        (Int.bitWidth - (count << 1 | 1).leadingZeroBitCount + 6) / 7
    }

    /// Queues the record of `arguments` with these headers; returns why it was refused, if it was.
    ///
    /// The list is made here, because `rd_kafka_produceva` frees one that it made itself twice when
    /// the topic turns out not to exist (confluentinc/librdkafka#4627).
    func produce(
        _ arguments: inout [rd_kafka_vu_t], with client: OpaquePointer
    ) -> OpaquePointer? {
        let list: OpaquePointer = rd_kafka_headers_new(entries.count)
        bytes.withUnsafeBytes { buffer in
            for entry in entries {
                let name = UnsafeRawBufferPointer(rebasing: buffer[entry.name])
                let value = UnsafeRawBufferPointer(rebasing: buffer[entry.value])
                rd_kafka_header_add(
                    list, name.baseAddress?.assumingMemoryBound(to: CChar.self), name.count,
                    value.baseAddress, value.count)
            }
        }
        arguments.append(.headers(list))
        let refusal = rd_kafka_produceva(client, &arguments, arguments.count)
        // What is queued owns its headers, what is refused does not.
        if refusal != nil { rd_kafka_headers_destroy(list) }
        return refusal
    }
}

/// The tagged arguments of `rd_kafka_produceva`, by name.
extension rd_kafka_vu_t {
    private init(_ tag: rd_kafka_vtype_t, _ fill: (inout Self) -> Void) {
        self.init()
        vtype = tag
        fill(&self)
    }

    static func topic(_ handle: OpaquePointer) -> Self {
        Self(RD_KAFKA_VTYPE_RKT) { $0.u.rkt = handle }
    }

    static func topic(named name: UnsafePointer<CChar>) -> Self {
        Self(RD_KAFKA_VTYPE_TOPIC) { $0.u.cstr = name }
    }

    static func key(_ bytes: UnsafeRawBufferPointer) -> Self {
        Self(RD_KAFKA_VTYPE_KEY) { $0.u.mem = .init(bytes) }
    }

    static func value(_ bytes: UnsafeRawBufferPointer) -> Self {
        Self(RD_KAFKA_VTYPE_VALUE) { $0.u.mem = .init(bytes) }
    }

    static func headers(_ list: OpaquePointer) -> Self {
        Self(RD_KAFKA_VTYPE_HEADERS) { $0.u.headers = list }
    }

    /// librdkafka copies key and value before it returns.
    static let copied = Self(RD_KAFKA_VTYPE_MSGFLAGS) { $0.u.i = RD_KAFKA_MSG_F_COPY }

    static func opaque(_ pointer: UnsafeMutableRawPointer?) -> Self {
        Self(RD_KAFKA_VTYPE_OPAQUE) { $0.u.ptr = pointer }
    }
}

extension rd_kafka_vu_t.__Unnamed_union_u.__Unnamed_struct_mem {
    fileprivate init(_ bytes: UnsafeRawBufferPointer) {
        self.init(ptr: UnsafeMutableRawPointer(mutating: bytes.baseAddress), size: bytes.count)
    }
}

/// The headers of a record that librdkafka holds.
func recordHeaders(
    of message: UnsafePointer<rd_kafka_message_t>
) -> [(String, [UInt8])] {
    var list: OpaquePointer?
    guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list
    else { return [] }
    let count = rd_kafka_header_cnt(list)
    var headers: [(String, [UInt8])] = []
    headers.reserveCapacity(count)
    for index in 0..<count {
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        guard
            rd_kafka_header_get_all(list, index, &name, &value, &size)
                == RD_KAFKA_RESP_ERR_NO_ERROR, let name
        else { continue }
        headers.append(
            (
                String(cString: name),
                [UInt8](UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size))
            ))
    }
    return headers
}
