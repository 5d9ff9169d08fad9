/// Makes topics of columns' values, in memory that lasts as long as this does.
///
/// There are as many as there are topics: a few, or the template is not what was meant.
final class TopicNames {
    private let template: TopicTemplate
    private var names: [[UInt8]: UnsafeMutableRawBufferPointer] = [:]
    private var scratch: [UInt8] = []

    init(_ template: TopicTemplate) { self.template = template }

    deinit { for name in names.values { name.deallocate() } }

    /// The topic that the template makes of its only column's value.
    func topic(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        template.pieces.count == 1 ? value : topic([value])
    }

    /// The topic that the template makes of the values of its columns, in their order.
    func topic(_ values: [UnsafeRawBufferPointer]) -> UnsafeRawBufferPointer {
        scratch.removeAll(keepingCapacity: true)
        var next = 0
        for piece in template.pieces {
            switch piece {
            case .text(let text): scratch.append(contentsOf: text.utf8)
            case .column:
                scratch.append(contentsOf: values[next])
                next += 1
            }
        }
        if let name = names[scratch] { return UnsafeRawBufferPointer(name) }
        let name = UnsafeMutableRawBufferPointer.allocate(byteCount: scratch.count, alignment: 1)
        name.copyBytes(from: scratch)
        names[scratch] = name
        return UnsafeRawBufferPointer(name)
    }
}
