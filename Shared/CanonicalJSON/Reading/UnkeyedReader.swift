/// The elements of an array, one after the other.
struct UnkeyedReader: UnkeyedDecodingContainer {
    private let document: Document
    private let array: Int
    private var place: Int
    private(set) var currentIndex = 0

    init(document: Document, array: Int) {
        self.document = document
        self.array = array
        place = array + 1
    }

    var codingPath: [any CodingKey] { document.path(to: array) }
    var count: Int? { Int(document.nodes[array].length) }
    var isAtEnd: Bool { place == Int(document.nodes[array].end) }

    /// The place of the next element, which is passed once it has been read.
    private func next(_ type: any Any.Type) throws -> Int {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(
                type,
                .init(
                    codingPath: codingPath + [PathKey(index: currentIndex)],
                    debugDescription: "The array has ended."))
        }
        return place
    }

    private mutating func pass() {
        place = Int(document.nodes[place].end)
        currentIndex += 1
    }

    private mutating func decoder() throws -> ValueDecoder {
        let place = try next(UnkeyedReader.self)
        pass()
        return ValueDecoder(document: document, place: place, type: UnkeyedReader.self)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd && document.isNull(at: place) else { return false }
        pass()
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool {
        let value: Bool = try document.boolean(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: String.Type) throws -> String {
        let value: String = try document.string(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: Double.Type) throws -> Double {
        let value: Double = try document.number(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: Float.Type) throws -> Float {
        let value: Float = try document.number(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: Int.Type) throws -> Int {
        let value: Int = try document.integer(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: Int8.Type) throws -> Int8 {
        let value: Int8 = try document.integer(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: Int16.Type) throws -> Int16 {
        let value: Int16 = try document.integer(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: Int32.Type) throws -> Int32 {
        let value: Int32 = try document.integer(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: Int64.Type) throws -> Int64 {
        let value: Int64 = try document.integer(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: UInt.Type) throws -> UInt {
        let value: UInt = try document.integer(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 {
        let value: UInt8 = try document.integer(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 {
        let value: UInt16 = try document.integer(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 {
        let value: UInt32 = try document.integer(at: next(type))
        pass()
        return value
    }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 {
        let value: UInt64 = try document.integer(at: next(type))
        pass()
        return value
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try document.value(of: type, at: next(type))
        pass()
        return value
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        try decoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try decoder().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder { try decoder() }
}
